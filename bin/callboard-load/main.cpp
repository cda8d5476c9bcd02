// callboard-load: puts load on a server of the Centrifuge protocol and checks that no message is lost, doubled or out
// of order.
#include "bin/callboard-load/modes.hpp"
#include "bin/callboard-load/process_usage.hpp"

#include <cstdio>
#include <exception>

namespace {

using namespace callboard::load;

constexpr std::uint64_t other_files = 64;

std::unique_ptr<harness> make_mode(const options& given, const endpoint& server, population people) {
  switch (given.chosen) {
  case mode::fanout:
    return make_fanout(given, server, std::move(people));
  case mode::latency:
    return make_latency(given, server, std::move(people));
  case mode::ingest:
    return make_ingest(given, server, std::move(people));
  case mode::connect:
    return make_connect(given, server, std::move(people));
  case mode::idle:
    return make_idle(given, server, std::move(people));
  case mode::offered:
    return make_offered(given, server, std::move(people));
  case mode::resume:
    return make_resume(given, server, std::move(people));
  }
  return nullptr;
}

outcome<report> perform(const options& given) {
  auto server = resolve(given.url);
  if (auto* failed = std::get_if<failure>(&server))
    return *failed;
  if (!given.allow_remote &&
      (!std::get<endpoint>(server).loopback || (!given.rest.empty() && !is_loopback_http(given.rest))))
    return failure{exit_code::usage, "the target is not this machine; --allow-remote if you may put load on it"};
  if (auto& target = std::get<endpoint>(server); target.secure) {
    auto made = make_tls(given.authorities);
    if (auto* failed = std::get_if<failure>(&made))
      return *failed;
    target.tls = std::get<std::shared_ptr<ssl_ctx_st>>(std::move(made));
  }
  auto people = gather(given);
  if (auto* failed = std::get_if<failure>(&people))
    return *failed;
  const std::uint64_t files = given.connections + std::get<population>(people).channels.size() + other_files;
  if (!allow_open_files(files))
    return failure{exit_code::usage, "the limit of open files does not allow " + std::to_string(files)};
  return make_mode(given, std::get<endpoint>(server), std::get<population>(std::move(people)))->run();
}

int finish(const options& given, const outcome<report>& result) {
  if (const auto* failed = std::get_if<failure>(&result)) {
    std::fprintf(stderr, "callboard-load %s: %s\n", name_of(given.chosen), failed->what.c_str());
    if (given.json) {
      report error;
      error.add("mode", name_of(given.chosen));
      error.add("run", given.run);
      error.add("error", failed->what);
      error.add("exit_code", static_cast<double>(failed->code));
      error.print_json(stdout);
    }
    return static_cast<int>(failed->code);
  }
  const report& figures = std::get<report>(result);
  figures.print_table(given.json ? stderr : stdout);
  if (given.json)
    figures.print_json(stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "callboard-load: the figures could not be written\n");
    return static_cast<int>(exit_code::violated);
  }
  return static_cast<int>(exit_code::success);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto given = read_command_line(argc, argv);
    if (const auto* failed = std::get_if<failure>(&given)) {
      if (!failed->what.empty())
        std::fprintf(stderr, "callboard-load: %s\n", failed->what.c_str());
      return static_cast<int>(failed->code);
    }
    return finish(std::get<options>(given), perform(std::get<options>(given)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "callboard-load: %s\n", error.what());
    return static_cast<int>(exit_code::usage);
  }
}
