// Many rooms, each with a sender that keeps some messages unanswered. Afterwards the rooms are read back by recovery
// from where they stood before: every acknowledged message must be there, once, in the order it was sent.
#include "bin/callboard-load/histogram.hpp"
#include "bin/callboard-load/modes.hpp"

#include <algorithm>

namespace callboard::load {

namespace {

constexpr std::uint32_t read_back_at_once = 32;

class ingest final : public harness {
public:
  using harness::harness;

  outcome<report> run() override {
    rooms_.resize(channels_.size());
    const auto room_count = static_cast<std::uint32_t>(rooms_.size());
    const std::uint32_t senders = std::min(given_.connections == 0 ? room_count : given_.connections, room_count);
    for (std::uint32_t sender = 0; sender < senders; ++sender) {
      std::vector<std::uint32_t> channels;
      for (std::uint32_t number = sender; number < room_count; number += senders) {
        rooms_[number].sender = sender;
        rooms_[number].slot = static_cast<std::uint32_t>(channels.size());
        channels.push_back(number);
      }
      add_client(sender, std::move(channels));
    }
    if (auto failed = open_all(everyone()))
      return *failed;
    // Subscribing has told where each room stands; from here on its sender only sends.
    for (const room& each : rooms_)
      clients_[each.sender].unsubscribe(each.slot);
    if (auto failed = wait([this] { return unsubscribed_ == rooms_.size(); }, "unsubscribing"))
      return *failed;
    progress_.enter("ingest", "accepted");
    done_ = 0;
    sending_ = true;
    for (room& each : rooms_) {
      each.sent_at.resize(given_.in_flight);
      for (std::uint32_t i = 0; i < given_.in_flight; ++i)
        send(each);
    }
    if (auto failed = wait([] { return false; }, "warm-up", now() + from_seconds(given_.warm_up)))
      return *failed;
    times_.emplace();
    const snapshot begin = take_snapshot(done_);
    if (auto failed = wait([] { return false; }, "answers", now() + from_seconds(given_.seconds)))
      return *failed;
    const snapshot end = take_snapshot(done_);
    const histogram measured = *times_;
    sending_ = false;
    if (auto failed = wait([this] { return unanswered_ == 0; }, "the last answers"))
      return *failed;
    const std::uint64_t accepted = done_;
    if (auto failed = read_back())
      return *failed;
    report figures;
    add_span(figures, begin, end, "accepted");
    figures.add("in_flight", given_.in_flight);
    figures.add("text_bytes", given_.size);
    figures.add("accepted_in_all", static_cast<double>(accepted));
    figures.add("verified", static_cast<double>(verified_));
    figures.add("verified_rooms", static_cast<double>(to_verify_.size()));
    figures.add("answer_p50_ms", to_milliseconds(measured.percentile(50)), "ms", 3);
    figures.add("answer_p99_ms", to_milliseconds(measured.percentile(99)), "ms", 3);
    return figures;
  }

private:
  struct room {
    std::uint32_t sender = 0;
    std::uint32_t slot = 0;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t read = 0;           ///< sequence of the last message read back
    std::vector<nanoseconds> sent_at; ///< of those unanswered, by sequence
  };

  void send(room& to) {
    to.sent_at[to.sent % given_.in_flight] = now();
    ++to.sent;
    ++unanswered_;
    const auto number = static_cast<std::size_t>(&to - rooms_.data());
    clients_[to.sender].publish(to.slot, lines_.text_of(to.sent, given_.size),
                                given_.run + "-" + std::to_string(number) + "-" + std::to_string(to.sent));
  }

  room& room_of(const client& who, std::uint32_t slot) { return rooms_[who.subscriptions()[slot].channel]; }

  std::optional<failure> read_back() {
    progress_.enter("reading back", "messages");
    const std::size_t count = given_.verify == 0 ? rooms_.size() : std::min<std::size_t>(given_.verify, rooms_.size());
    for (std::size_t i = 0; i < count; ++i)
      to_verify_.push_back(i * rooms_.size() / count);
    reading_ = true;
    done_ = 0;
    const auto all_read = [this] {
      while (asked_ < to_verify_.size() && asked_ - whole_ < read_back_at_once)
        ask(rooms_[to_verify_[asked_++]]);
      return whole_ == to_verify_.size();
    };
    if (auto failed = wait(all_read, "rooms to be read back"))
      return failed;
    return missing_offsets(everyone());
  }

  void ask(room& from) {
    if (from.answered == 0)
      ++whole_;
    subscription& mine = clients_[from.sender].subscriptions()[from.slot];
    mine.recovering = true;
    clients_[from.sender].subscribe(from.slot);
  }

  void on_answer(client& who, command_kind kind, std::uint32_t slot, const message& reply) override {
    harness::on_answer(who, kind, slot, reply);
    if (kind == command_kind::unsubscribe) {
      ++unsubscribed_;
      progressed();
      return;
    }
    room& mine = room_of(who, slot);
    if (times_)
      times_->record(now() - mine.sent_at[mine.answered % given_.in_flight]);
    ++mine.answered;
    --unanswered_;
    progressed();
    if (sending_)
      send(mine);
  }

  void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) override {
    if (judged != verdict::in_order) [[unlikely]]
      blame(who, slot, what, judged);
    if (!reading_ || what.sequence == 0)
      return;
    progressed();
    room& mine = room_of(who, slot);
    if (what.sequence != mine.read + 1) {
      const bool again = what.sequence <= mine.read;
      faults_.record(again ? fault::duplicate : fault::lost,
                     channels_.name(what.channel) + ": message " + std::to_string(what.sequence) + " is stored after " +
                         std::to_string(mine.read) + " at offset " + std::to_string(what.offset));
      return;
    }
    ++mine.read;
    ++verified_;
    if (mine.read == mine.answered)
      ++whole_;
  }

  std::vector<room> rooms_;
  std::vector<std::size_t> to_verify_;
  std::size_t asked_ = 0;
  std::size_t whole_ = 0; ///< rooms read back to the end
  std::size_t unsubscribed_ = 0;
  std::uint64_t unanswered_ = 0;
  std::uint64_t verified_ = 0;
  bool sending_ = false;
  bool reading_ = false;
  std::optional<histogram> times_; ///< send -> answer, once warm
};

} // namespace

std::unique_ptr<harness> make_ingest(const options& given, const endpoint& server, population people) {
  return std::make_unique<ingest>(given, server, std::move(people));
}

} // namespace callboard::load
