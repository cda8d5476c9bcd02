// Opens connections as fast as the server takes them, at most --concurrency at one time, and holds them.
#include "bin/callboard-load/histogram.hpp"
#include "bin/callboard-load/modes.hpp"

namespace callboard::load {

namespace {

class connecting final : public harness {
public:
  using harness::harness;

  outcome<report> run() override {
    const auto rooms = static_cast<std::uint32_t>(channels_.size());
    for (std::uint32_t i = 0; i < given_.connections; ++i)
      add_client(i, {i % rooms});
    const snapshot begin = take_snapshot(done_);
    if (auto failed = open_all(everyone()))
      return *failed;
    const snapshot end = take_snapshot(done_);
    report figures;
    add_span(figures, begin, end, "connects");
    figures.add("concurrency", given_.concurrency);
    figures.add("p50_ms", to_milliseconds(times_.percentile(50)), "ms", 3);
    figures.add("p99_ms", to_milliseconds(times_.percentile(99)), "ms", 3);
    figures.add("max_ms", to_milliseconds(times_.max()), "ms", 3);
    for (client& each : clients_)
      each.leave();
    return figures;
  }

private:
  void on_ready(client& who) override {
    harness::on_ready(who);
    times_.record(now() - who.opened_at());
  }

  void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) override {
    blame(who, slot, what, judged);
  }

  histogram times_;
};

} // namespace

std::unique_ptr<harness> make_connect(const options& given, const endpoint& server, population people) {
  return std::make_unique<connecting>(given, server, std::move(people));
}

} // namespace callboard::load
