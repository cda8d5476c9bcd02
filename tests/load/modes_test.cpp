// Every mode against a server that behaves, and against one that does not: what goes wrong must be seen and named.
#include "bin/callboard-load/modes.hpp"
#include "tests/load/scripted_server.hpp"

#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <string>

using namespace callboard::load;
using test::misbehaviour;
using test::scripted_server;

namespace {

using maker = std::unique_ptr<harness> (*)(const options&, const endpoint&, population);

struct run_result {
  outcome<report> result;
  failure failed() const {
    const auto* found = std::get_if<failure>(&result);
    return found != nullptr ? *found : failure{exit_code::success, {}};
  }
};

/// A small run: 5 connections, 60 messages, short waits.
options small(mode which) {
  options given;
  given.chosen = which;
  given.run = "test";
  given.connections = which == mode::ingest ? 0 : 5;
  given.rooms = which == mode::ingest ? 3 : 1;
  given.in_flight = 4;
  given.messages = 60;
  given.seconds = which == mode::idle ? 0.1 : 0.3;
  given.warm_up = 0;
  given.rate = 400;
  given.backlog = 30;
  given.concurrency = 2;
  given.timeout = 60;
  return given;
}

run_result run(maker make, const options& given, const scripted_server& server) {
  population people{.tokens = {"token"}, .channels = {}};
  for (std::uint32_t room = 0; room < given.rooms; ++room)
    people.channels.push_back("room:" + std::to_string(room));
  const auto where = resolve(server.url());
  REQUIRE(std::holds_alternative<endpoint>(where));
  return {make(given, std::get<endpoint>(where), people)->run()};
}

/// Expects that the mode fails with this code and that its sentence holds `word`.
void check_fails(maker make, const options& given, misbehaviour how, exit_code code, const std::string& word) {
  const scripted_server server{how};
  const failure failed = run(make, given, server).failed();
  CAPTURE(failed.what);
  CAPTURE(word);
  CHECK(failed.code == code);
  CHECK(failed.what.find(word) != std::string::npos);
}

} // namespace

TEST_CASE("every mode succeeds against a server that behaves") {
  const std::pair<mode, maker> modes[] = {{mode::fanout, make_fanout},   {mode::latency, make_latency},
                                          {mode::ingest, make_ingest},   {mode::offered, make_offered},
                                          {mode::connect, make_connect}, {mode::idle, make_idle},
                                          {mode::resume, make_resume}};
  for (const auto& [which, make] : modes) {
    CAPTURE(name_of(which));
    const scripted_server server{misbehaviour::none};
    const failure failed = run(make, small(which), server).failed();
    CAPTURE(failed.what);
    CHECK(failed.code == exit_code::success);
  }
}

TEST_CASE("a lost delivery is named") {
  check_fails(make_fanout, small(mode::fanout), misbehaviour::lose, exit_code::violated, "lost on room:0");
  check_fails(make_latency, small(mode::latency), misbehaviour::lose, exit_code::violated, "lost on room:0");
}

TEST_CASE("a duplicate is named") {
  check_fails(make_fanout, small(mode::fanout), misbehaviour::duplicate, exit_code::violated, "duplicate on room:0");
  check_fails(make_fanout, small(mode::fanout), misbehaviour::store_twice, exit_code::violated, "lost on room:0");
  check_fails(make_resume, small(mode::resume), misbehaviour::store_twice, exit_code::violated,
              "message 20 came at offset 21");
}

TEST_CASE("a change of order is named") {
  options given = small(mode::latency);
  const scripted_server server{misbehaviour::reorder};
  const failure failed = run(make_latency, given, server).failed();
  CAPTURE(failed.what);
  CHECK(failed.code == exit_code::violated);
  CHECK(failed.what.find("1 out of order") != std::string::npos);
}

TEST_CASE("a refused message is named") {
  check_fails(make_fanout, small(mode::fanout), misbehaviour::refuse_publish, exit_code::violated,
              "refused: 111 too many requests");
  check_fails(make_ingest, small(mode::ingest), misbehaviour::refuse_publish, exit_code::violated, "refused: 111");
}

TEST_CASE("under an open loop refusals and silence are counted, not faults") {
  const auto figures_with = [](misbehaviour how) {
    options given = small(mode::offered);
    if (how == misbehaviour::silent)
      given.timeout = 0.2; // after the last message; nothing comes of it, however long
    const scripted_server server{how};
    auto ran = run(make_offered, given, server);
    REQUIRE(std::holds_alternative<report>(ran.result));
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* out = open_memstream(&text, &size);
    std::get<report>(ran.result).print_json(out);
    static_cast<void>(std::fclose(out));
    std::string line{text, size};
    std::free(text);
    return line;
  };
  const auto holds = [](const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
  };
  const std::string good = figures_with(misbehaviour::none);
  CAPTURE(good);
  CHECK(holds(good, "\"messages\":120"));
  CHECK(holds(good, "\"unanswered\":0"));
  CHECK(holds(good, "\"refused_per_second\":0"));
  const std::string refusing = figures_with(misbehaviour::refuse_publish);
  CAPTURE(refusing);
  CHECK(holds(refusing, "\"unanswered\":0"));
  CHECK_FALSE(holds(refusing, "\"refused_per_second\":0"));
  const std::string silent = figures_with(misbehaviour::silent);
  CAPTURE(silent);
  CHECK(holds(silent, "\"unanswered\":120"));
  CHECK(holds(silent, "\"in_time_per_second\":0"));
}

TEST_CASE("what ingest was promised is read back") {
  check_fails(make_ingest, small(mode::ingest), misbehaviour::forget, exit_code::violated,
              "message 21 is stored after 19");
  check_fails(make_ingest, small(mode::ingest), misbehaviour::store_twice, exit_code::violated,
              "message 20 is stored after 20");
}

TEST_CASE("a connection that the server ends is named") {
  check_fails(make_fanout, small(mode::fanout), misbehaviour::close_connection, exit_code::violated, "3008 slow");
  check_fails(make_fanout, small(mode::fanout), misbehaviour::garbage, exit_code::violated, "not of the protocol");
}

TEST_CASE("a server that cannot be used is told from one that breaks a promise") {
  check_fails(make_connect, small(mode::connect), misbehaviour::refuse_connect, exit_code::unreachable,
              "109 token expired");
  check_fails(make_connect, small(mode::connect), misbehaviour::refuse_upgrade, exit_code::unreachable,
              "403 Forbidden");
  const options given = small(mode::connect);
  std::string url;
  { url = scripted_server{misbehaviour::none}.url(); }
  const auto nobody = std::get<endpoint>(resolve(url));
  const auto result = make_connect(given, nobody, {.tokens = {"token"}, .channels = {"room:0"}})->run();
  REQUIRE(std::holds_alternative<failure>(result));
  CHECK(std::get<failure>(result).code == exit_code::unreachable);
}

TEST_CASE("a server that does not answer ends the run at the time-out") {
  options given = small(mode::ingest);
  given.timeout = 5; // enough to open the connections, too
  check_fails(make_ingest, given, misbehaviour::silent, exit_code::violated, "no progress");
}

TEST_CASE("resume insists on recovery and opens every connection again") {
  scripted_server server{misbehaviour::none};
  CHECK(run(make_resume, small(mode::resume), server).failed().code == exit_code::success);
  CHECK(server.upgrades() == 11); // 5 subscribers twice, 1 sender
  check_fails(make_resume, small(mode::resume), misbehaviour::no_recovery, exit_code::violated,
              "could not recover room:0 from offset 5");
}

TEST_CASE("resume runs the restart command and insists that it succeeds") {
  options given = small(mode::resume);
  given.restart_command = "exit 0";
  const scripted_server server{misbehaviour::none};
  CHECK(run(make_resume, given, server).failed().code == exit_code::success);
  given.restart_command = "exit 3";
  check_fails(make_resume, given, misbehaviour::none, exit_code::usage, "restart command");
}
