// Holds connections that do nothing but answer pings, and reads what the server's memory grew by.
#include "bin/callboard-load/modes.hpp"
#include "bin/callboard-load/process_usage.hpp"

namespace callboard::load {

namespace {

class idle final : public harness {
public:
  using harness::harness;

  outcome<report> run() override {
    const auto rooms = static_cast<std::uint32_t>(channels_.size());
    for (std::uint32_t i = 0; i < given_.connections; ++i)
      add_client(i, {i % rooms});
    const auto before = resident();
    if (given_.server_pid != 0 && !before)
      return failure{exit_code::usage, "cannot read the memory of process " + std::to_string(given_.server_pid)};
    const snapshot begin = take_snapshot(done_);
    if (auto failed = open_all(everyone()))
      return *failed;
    const snapshot opened = take_snapshot(done_);
    progress_.enter("holding", "connections");
    if (auto failed = wait([] { return false; }, "", now() + from_seconds(given_.seconds)))
      return *failed;
    const auto after = resident();
    const snapshot end = take_snapshot(done_);
    report figures;
    add_span(figures, begin, opened, "connects");
    figures.add("held_seconds", to_seconds(end.at - opened.at), "s", 1);
    if (opened.server_cpu && end.server_cpu)
      figures.add("held_server_cpu_seconds", *end.server_cpu - *opened.server_cpu, "s", 2);
    if (before && after) {
      const double grown = static_cast<double>(*after) - static_cast<double>(*before);
      figures.add("server_rss_before_kib", static_cast<double>(*before) / 1024, "KiB");
      figures.add("server_rss_after_kib", static_cast<double>(*after) / 1024, "KiB");
      figures.add("kib_per_connection", grown / 1024 / given_.connections, "KiB", 2);
    }
    for (client& each : clients_)
      each.leave();
    return figures;
  }

private:
  std::optional<std::uint64_t> resident() const {
    return given_.server_pid != 0 ? resident_bytes_of(given_.server_pid) : std::nullopt;
  }

  void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) override {
    blame(who, slot, what, judged);
  }
};

} // namespace

std::unique_ptr<harness> make_idle(const options& given, const endpoint& server, population people) {
  return std::make_unique<idle>(given, server, std::move(people));
}

} // namespace callboard::load
