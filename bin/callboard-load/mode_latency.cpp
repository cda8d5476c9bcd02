// A constant rate of messages to one room. A delivery's time counts from when its message was due to be sent, not from
// when it was: a server that makes the sender wait does not hide that (no coordinated omission).
#include "bin/callboard-load/histogram.hpp"
#include "bin/callboard-load/modes.hpp"

#include <cmath>

namespace callboard::load {

namespace {

class latency final : public harness {
public:
  using harness::harness;

  outcome<report> run() override {
    for (std::uint32_t i = 0; i < given_.connections; ++i)
      add_client(i, {0});
    sender_ = add_client(0, {0}, false);
    if (auto failed = open_all(everyone()))
      return *failed;
    progress_.enter("constant rate", "deliveries");
    done_ = 0;
    unmeasured_ = static_cast<std::uint64_t>(given_.warm_up * given_.rate);
    const auto total = unmeasured_ + static_cast<std::uint64_t>(std::llround(given_.seconds * given_.rate));
    start_ = now();
    std::optional<snapshot> begin;
    while (sent_ < total) {
      pump(due_at(sent_ + 1));
      while (sent_ < total && due_at(sent_ + 1) <= now())
        send();
      if (sent_ >= unmeasured_ && !begin)
        begin = take_snapshot(done_);
      if (auto failed = broken())
        return *failed;
    }
    if (auto failed = wait([&] { return done_ == total * given_.connections; }, "the last deliveries"))
      return *failed;
    const snapshot end = take_snapshot(done_);
    if (auto failed = missing_offsets(everyone()))
      return *failed;
    report figures;
    add_span(figures, *begin, end, "deliveries");
    figures.add("members", given_.connections);
    figures.add("rate", given_.rate, "/s");
    figures.add("text_bytes", given_.size);
    figures.add("messages", static_cast<double>(total - unmeasured_));
    for (const auto& [key, percent] :
         {std::pair{"p50_ms", 50.0}, {"p90_ms", 90.0}, {"p99_ms", 99.0}, {"p999_ms", 99.9}})
      figures.add(key, to_milliseconds(times_.percentile(percent)), "ms", 3);
    figures.add("max_ms", to_milliseconds(times_.max()), "ms", 3);
    return figures;
  }

private:
  nanoseconds due_at(std::uint64_t sequence) const {
    return start_ + static_cast<nanoseconds>(static_cast<double>(sequence) * 1e9 / given_.rate);
  }

  void send() {
    ++sent_;
    clients_[sender_].publish(0, lines_.text_of(sent_, given_.size), given_.run + "-" + std::to_string(sent_));
    clients_[sender_].flush();
  }

  void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) override {
    if (judged != verdict::in_order) [[unlikely]]
      blame(who, slot, what, judged);
    if (!expected(what) || judged == verdict::duplicate)
      return;
    progressed();
    if (what.sequence > unmeasured_)
      times_.record(now() - due_at(what.sequence));
  }

  std::uint32_t sender_ = 0;
  nanoseconds start_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t unmeasured_ = 0; ///< messages of the warm-up
  histogram times_;
};

} // namespace

std::unique_ptr<harness> make_latency(const options& given, const endpoint& server, population people) {
  return std::make_unique<latency>(given, server, std::move(people));
}

} // namespace callboard::load
