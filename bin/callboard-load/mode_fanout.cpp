// One sender, one room. A message is in flight until every subscriber has got it; then the next one is sent.
#include "bin/callboard-load/histogram.hpp"
#include "bin/callboard-load/modes.hpp"

#include <bit>

namespace callboard::load {

namespace {

class fanout final : public harness {
public:
  fanout(const options& given, const endpoint& server, population people)
      : harness(given, server, std::move(people)),
        // The messages in flight are consecutive, so a ring of that many holds them all.
        arrivals_(std::bit_ceil(std::size_t{given.in_flight})), mask_(arrivals_.size() - 1) {}

  outcome<report> run() override {
    for (std::uint32_t i = 0; i < given_.connections; ++i)
      add_client(i, {0});
    subscribers_ = given_.connections;
    sender_ = add_client(0, {0}, false);
    if (auto failed = open_all(everyone()))
      return *failed;
    progress_.enter("fan-out", "deliveries");
    done_ = 0;
    sending_ = true;
    for (std::uint32_t i = 0; i < given_.in_flight; ++i)
      send();
    if (auto failed = wait([] { return false; }, "warm-up", now() + from_seconds(given_.warm_up)))
      return *failed;
    const snapshot begin = take_snapshot(done_);
    const std::uint64_t first = completed_;
    whole_.emplace();
    const bool counted = given_.messages != 0;
    const auto enough = [&] { return counted && completed_ - first >= given_.messages; };
    if (auto failed = wait(enough, "deliveries", counted ? 0 : now() + from_seconds(given_.seconds)))
      return *failed;
    const snapshot end = take_snapshot(done_);
    const histogram measured = *whole_;
    const auto messages = static_cast<double>(completed_ - first);
    sending_ = false;
    if (auto failed = wait([this] { return completed_ == sent_; }, "the last deliveries"))
      return *failed;
    if (auto failed = missing_offsets(everyone()))
      return *failed;
    report figures;
    add_span(figures, begin, end, "deliveries");
    figures.add("subscribers", subscribers_);
    figures.add("in_flight", given_.in_flight);
    figures.add("text_bytes", given_.size);
    figures.add("messages", messages);
    figures.add("to_all_p50_ms", to_milliseconds(measured.percentile(50)), "ms", 3);
    figures.add("to_all_p99_ms", to_milliseconds(measured.percentile(99)), "ms", 3);
    return figures;
  }

private:
  struct arrival {
    std::uint64_t sequence = 0;
    std::uint32_t count = 0;
    nanoseconds sent_at = 0;
  };

  void send() {
    ++sent_;
    arrivals_[sent_ & mask_] = {sent_, 0, now()};
    clients_[sender_].publish(0, lines_.text_of(sent_, given_.size), given_.run + "-" + std::to_string(sent_));
  }

  void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) override {
    if (judged != verdict::in_order) [[unlikely]]
      blame(who, slot, what, judged);
    arrival& mine = arrivals_[what.sequence & mask_];
    if (!expected(what) || mine.sequence != what.sequence || judged == verdict::duplicate)
      return;
    progressed();
    if (++mine.count != subscribers_)
      return;
    ++completed_;
    if (whole_)
      whole_->record(now() - mine.sent_at);
    if (sending_)
      send();
  }

  std::vector<arrival> arrivals_;
  std::uint64_t mask_;
  std::uint32_t subscribers_ = 0;
  std::uint32_t sender_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t completed_ = 0;
  bool sending_ = false;
  std::optional<histogram> whole_; ///< send -> at every subscriber, once warm
};

} // namespace

std::unique_ptr<harness> make_fanout(const options& given, const endpoint& server, population people) {
  return std::make_unique<fanout>(given, server, std::move(people));
}

} // namespace callboard::load
