#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "adapters/telemetry/log.hpp"
#include "tests/temporary_folder.hpp"

// The log with a file of its own, as an operator reads it.

namespace callboard::telemetry {
namespace {

/// What is logged with one format, as lines of the file.
class log_file {
public:
  explicit log_file(std::string format) {
    log_options options;
    options.format = std::move(format);
    options.file = folder_.path() / "lines.log";
    auto opened = log::open(std::move(options));
    REQUIRE(opened);
    log_ = *opened;
  }

  log& operator*() { return *log_; }

  /// What the file holds now.
  std::string text() const {
    std::ifstream file{std::filesystem::directory_iterator{folder_.path()} -> path()};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  /// Ends the log, which writes what waits.
  std::vector<std::string> lines() {
    log_.reset();
    std::vector<std::string> found;
    for (auto& each : std::filesystem::directory_iterator{folder_.path()}) {
      std::ifstream file{each.path()};
      for (std::string line; std::getline(file, line);)
        found.push_back(line);
    }
    return found;
  }

private:
  test::temporary_folder folder_;
  std::shared_ptr<log> log_;
};

/// Every character that could end a line, a value or an object, or moves a terminal's cursor.
std::string hostile_text() {
  std::string text = "a\r\n{\"level\":\"error\",\"event\":\"forged\"}\n\x1b[2J\"}\\";
  for (char c = 0; c < 0x20; ++c)
    text += c;
  return text + "\x7f Привет";
}

void write_hostile(log& out) {
  auto text = hostile_text();
  auto http = out.of(log_component::http);
  http->on_event(http::severity::warning, text, {text, text});
  http::request_record request;
  request.pattern = request.request_id = request.trace_id = request.address = text;
  http->on_request(request);
}

TEST_CASE("in JSON every line is one object whatever is logged, and says it as it was") {
  log_file file{"json"};
  write_hostile(*file);
  auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  auto event = boost::json::parse(lines[0]).as_object();
  CHECK(event.at("level").as_string() == "warning");
  for (auto name : {"event", "request_id", "trace_id"})
    CHECK(event.at(name).as_string() == hostile_text());
  auto request = boost::json::parse(lines[1]).as_object();
  CHECK(request.at("event").as_string() == "request");
  for (auto name : {"path", "request_id", "trace_id", "address"})
    CHECK(request.at(name).as_string() == hostile_text());
}

TEST_CASE("for a terminal every line is one line whatever is logged, without a character that moves anything") {
  log_file file{"console"};
  write_hostile(*file);
  auto lines = file.lines();
  CHECK(lines.size() == 2);
  for (auto& line : lines)
    CHECK(std::none_of(line.begin(), line.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
}

TEST_CASE("what was logged before a flush is written when it returns, however little that was") {
  log_file out{"text"};
  auto lines = (*out).of(log_component::node);
  for (int i = 0; i < 2'000; ++i) {
    lines->on_event(http::severity::error, "line " + std::to_string(i) + ".", {});
    (*out).flush();
    REQUIRE(out.text().ends_with("line " + std::to_string(i) + ".\n"));
  }
}

TEST_CASE("a line below the level of its component is not written, from the next one on") {
  log_file file{"console"};
  auto say = [&](log_component part, http::severity level, std::string_view text) {
    (*file).of(part)->on_event(level, text, {});
  };
  say(log_component::http, http::severity::debug, "too fine");
  (*file).set_level("http", "debug");
  say(log_component::http, http::severity::debug, "fine");
  say(log_component::node, http::severity::debug, "of another component");
  (*file).set_level("", "error");
  say(log_component::http, http::severity::warning, "below");
  say(log_component::node, http::severity::error, "above");
  auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with(" http fine"));
  CHECK(lines[1].ends_with(" node above"));
}

} // namespace
} // namespace callboard::telemetry
