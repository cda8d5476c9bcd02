// All subscribers lose their connection, messages are published meanwhile, the server may be restarted; then all come
// back at once and recover. Measured from then until each has every message, without a gap.
#include "bin/callboard-load/child_process.hpp"
#include "bin/callboard-load/histogram.hpp"
#include "bin/callboard-load/modes.hpp"

#include <algorithm>

namespace callboard::load {

namespace {

constexpr std::uint64_t unanswered_at_once = 32;
constexpr std::uint64_t live_messages = 5;

class resume final : public harness {
public:
  using harness::harness;

  outcome<report> run() override {
    const auto rooms = static_cast<std::uint32_t>(channels_.size());
    for (std::uint32_t i = 0; i < given_.connections; ++i)
      subscribers_.push_back(add_client(i, {i % rooms}));
    last_.resize(subscribers_.size());
    for (std::uint32_t room = 0; room < rooms; ++room)
      senders_.push_back(add_client(room, {room}, false));
    if (auto failed = open_all(everyone()))
      return *failed;
    if (auto failed = publish(live_messages))
      return *failed;
    if (auto failed = all_current("live messages"))
      return *failed;
    for (const std::uint32_t each : subscribers_)
      clients_[each].cut();
    if (auto failed = publish(given_.backlog))
      return *failed;
    nanoseconds restarted_in = 0;
    if (!given_.restart_command.empty())
      if (auto failed = restart(restarted_in))
        return *failed;
    const snapshot begin = take_snapshot(0);
    come_back();
    if (auto failed = all_current("subscribers to recover"))
      return *failed;
    const snapshot end = take_snapshot(subscribers_.size());
    const histogram measured = times_;
    reconnecting_ = false;
    if (auto failed = publish(live_messages))
      return *failed;
    if (auto failed = all_current("live messages after recovery"))
      return *failed;
    if (auto failed = missing_offsets(everyone()))
      return *failed;
    report figures;
    add_span(figures, begin, end, "resumed");
    figures.add("concurrency", given_.concurrency);
    figures.add("backlog", given_.backlog);
    figures.add("reconnects_repeated", static_cast<double>(repeated_));
    if (restarted_in != 0)
      figures.add("restart_ms", to_milliseconds(restarted_in), "ms", 1);
    figures.add("p50_ms", to_milliseconds(measured.percentile(50)), "ms", 1);
    figures.add("p99_ms", to_milliseconds(measured.percentile(99)), "ms", 1);
    figures.add("max_ms", to_milliseconds(measured.max()), "ms", 1);
    return figures;
  }

private:
  /// Publishes `count` more messages to every room and waits until they are acknowledged.
  std::optional<failure> publish(std::uint64_t count) {
    progress_.enter("publishing", "answers");
    current_ = 0;
    const std::uint64_t from = published_;
    published_ += count;
    std::uint64_t sent = from;
    answered_ = 0;
    const auto all_answered = [&] {
      while (sent < published_ && (sent - from) * senders_.size() < answered_ + unanswered_at_once * senders_.size()) {
        ++sent;
        for (const std::uint32_t sender : senders_)
          clients_[sender].publish(0, lines_.text_of(sent, given_.size),
                                   given_.run + "-" + std::to_string(sender) + "-" + std::to_string(sent));
      }
      return answered_ == count * senders_.size();
    };
    return wait(all_answered, "answers to messages");
  }

  std::optional<failure> all_current(const char* what) {
    progress_.enter(what, "deliveries");
    return wait([this] { return current_ == subscribers_.size() && !opening(); }, what);
  }

  std::optional<failure> restart(nanoseconds& took) {
    progress_.enter("restarting the server", "");
    reconnecting_ = true;
    const nanoseconds from = now();
    child_process command{given_.restart_command};
    const nanoseconds deadline = from + from_seconds(given_.timeout);
    if (auto failed = wait([&] { return command.ended(); }, "", deadline))
      return failed;
    if (!command.ended() || command.status() != 0)
      return failure{exit_code::usage, "the restart command failed or did not end in time"};
    took = now() - from;
    return std::nullopt;
  }

  void come_back() {
    progress_.enter("recovering", "deliveries");
    reconnecting_ = true;
    back_at_ = now();
    for (const std::uint32_t each : subscribers_)
      clients_[each].subscriptions()[0].recovering = true;
    begin_opening(subscribers_);
  }

  void on_closed(client& who, std::string_view why) override {
    harness::on_closed(who, why);
    if (!reconnecting_)
      return;
    ++repeated_;
    if (who.index() < subscribers_.size())
      who.subscriptions()[0].recovering = true;
  }

  void on_answer(client& who, command_kind kind, std::uint32_t slot, const message& reply) override {
    harness::on_answer(who, kind, slot, reply);
    ++answered_;
    progressed();
  }

  void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) override {
    if (judged != verdict::in_order) [[unlikely]]
      blame(who, slot, what, judged);
    progressed();
    std::uint64_t& last = last_[who.index()];
    if (!expected(what) || judged == verdict::duplicate)
      return;
    last = what.sequence;
    if (last != published_)
      return;
    ++current_;
    if (back_at_ != 0)
      times_.record(now() - back_at_);
  }

  std::vector<std::uint32_t> subscribers_;
  std::vector<std::uint32_t> senders_;
  std::vector<std::uint64_t> last_; ///< per subscriber, the sequence of its last message
  std::uint64_t published_ = 0;     ///< messages of every room
  std::uint64_t answered_ = 0;
  std::uint64_t current_ = 0; ///< subscribers that have the last message
  std::uint64_t repeated_ = 0;
  nanoseconds back_at_ = 0;
  histogram times_;
};

} // namespace

std::unique_ptr<harness> make_resume(const options& given, const endpoint& server, population people) {
  return std::make_unique<resume>(given, server, std::move(people));
}

} // namespace callboard::load
