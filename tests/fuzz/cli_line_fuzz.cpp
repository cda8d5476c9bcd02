// What is typed into the terminal client: a line is cut into words, a list at its commas; a word may be a time or the
// server's address; every text is shown.
//
// Always so: words, each put in quotes, are cut into the same words again; a list put together again is the same list;
// a time that is taken lies ahead, unless it is a whole date, and within ten years, in a form that the server reads; an
// address is read again from how it is written; a text that is shown is one line without control characters.
#include "adapters/http/wire/times.hpp"
#include "bin/callboard-cli/command_line.hpp"
#include "bin/callboard-cli/endpoint.hpp"
#include "bin/callboard-cli/times.hpp"
#include "bin/callboard-cli/utf8.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard::cli;
namespace wire = callboard::http::wire;
using callboard::fuzz::require;

namespace {

std::string in_quotes(std::string_view word) {
  std::string text{'"'};
  for (auto c : word) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += c;
  }
  return text + '"';
}

void check_words(std::string_view line) {
  auto split = split_command(line);
  if (split.unclosed_quote) {
    require(split.words.empty() && (*split.unclosed_quote == '"' || *split.unclosed_quote == '\''));
    return;
  }
  std::string again;
  std::size_t bytes = 0;
  for (const auto& word : split.words) {
    again += in_quotes(word) + ' ';
    bytes += word.size();
  }
  require(bytes <= line.size());
  auto cut = split_command(again);
  require(!cut.unclosed_quote && cut.words == split.words);
}

void check_list(std::string_view text) {
  std::string again;
  auto parts = split_list(text);
  for (const auto& part : parts) {
    require(!part.empty() && part.find(',') == std::string::npos);
    again += (again.empty() ? "" : ",") + part;
  }
  require(parts.empty() || split_list(again) == parts);
}

void check_time(std::string_view text) {
  constexpr time_point now{std::chrono::milliseconds{1'777'626'000'000}}; // 2026-05-01T09:00:00Z
  auto wanted = parse_when(text, now);
  if (!wanted)
    return;
  require(wanted->in.empty() != wanted->at.empty());
  auto due = now;
  if (wanted->at.empty()) {
    auto duration = wire::parse_duration(wanted->in);
    require(duration.has_value());
    due += *duration;
  } else {
    auto time = wire::parse_time(wanted->at);
    require(time && parse_rfc3339(wanted->at) == time && write_rfc3339(*time) == wanted->at);
    due = *time;
  }
  require(due <= now + std::chrono::days{3'660} && (due > now || parse_rfc3339(text) == due));
}

void check_endpoint(std::string_view text) {
  auto where = parse_endpoint(text);
  if (!where)
    return;
  require(!where->host.empty() && !where->base_path.ends_with('/'));
  auto again = parse_endpoint((where->secure ? "https://" : "http://") + where->authority() + where->base_path);
  require(again && again->host == where->host && again->port == where->port && again->base_path == where->base_path);
}

void check_shown(std::string_view text) {
  auto shown = neutralise(text);
  require(is_utf8(shown) && neutralise(shown) == shown);
  for (auto c : shown)
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto line = callboard::fuzz::text_of(data, size);
  check_words(line);
  check_list(line);
  check_time(line);
  check_endpoint(line);
  check_shown(line);
  return 0;
}
