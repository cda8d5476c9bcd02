#include "adapters/http/wire/centrifuge_json.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include <simdjson.h>

#include "adapters/http/wire/protocol_commands.hpp"
#include "messages/errors.hpp"
#include "messages/trace.hpp"

namespace callboard::http::wire {
namespace {

/// A thread's parser, and a copy of the frame with the bytes behind it that simdjson reads.
class frame_parser {
public:
  static constexpr std::size_t max_depth = 64;

  char* load(std::string_view frame) {
    if (frame.size() > capacity_ || !bytes_) {
      capacity_ = std::max<std::size_t>(frame.size(), 4096);
      bytes_ = std::make_unique<char[]>(capacity_ + simdjson::SIMDJSON_PADDING);
    }
    std::copy(frame.begin(), frame.end(), bytes_.get());
    std::memset(bytes_.get() + frame.size(), 0, simdjson::SIMDJSON_PADDING);
    return bytes_.get();
  }

  /// `begin` points into what `load` gave. False if it is not JSON.
  bool parse(const char* begin, std::size_t size, simdjson::dom::element& document) {
    if (size > parser_.capacity() && parser_.allocate(std::max<std::size_t>(size, 4096), max_depth))
      return false;
    return parser_.parse(begin, size, false).get(document) == simdjson::SUCCESS;
  }

private:
  simdjson::dom::parser parser_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
};

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// The parts of one object of a frame.
struct envelope {
  std::uint32_t id = 0;
  std::string_view method;
  simdjson::dom::element params;
  unsigned methods = 0;
  trace_context trace;
  bool unknown = false; // there are members that are no commands
};

/// What is no trace is taken as if it were not there: nobody is refused for it.
trace_context read_trace(simdjson::dom::element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS)
    return {};
  return parse_traceparent(text).value_or(trace_context{});
}

/// SDKs give their users no way to add a member to a command, but for those that carry data.
trace_context read_trace_of_data(const envelope& parts) {
  simdjson::dom::element value;
  if ((parts.method != "publish" && parts.method != "rpc") ||
      parts.params["data"][traceparent_name].get(value) != simdjson::SUCCESS)
    return {};
  return read_trace(value);
}

/// Nothing, or what makes it a violation.
std::string_view read_envelope(simdjson::dom::object object, envelope& parts) {
  bool has_id = false;
  for (auto [key, value] : object) {
    if (value.is_null())
      continue;
    if (key == "id") {
      std::uint64_t id = 0;
      bool whole = (value.is_int64() || value.is_uint64()) && value.get(id) == simdjson::SUCCESS;
      if (has_id || !whole || id > std::numeric_limits<std::uint32_t>::max())
        return "the id must be one number of 32 bits";
      has_id = true;
      parts.id = static_cast<std::uint32_t>(id);
    } else if (is_command(key)) {
      parts.method = key;
      parts.params = value;
      ++parts.methods;
    } else if (key == traceparent_name) {
      parts.trace = read_trace(value);
    } else {
      parts.unknown = true;
    }
  }
  bool needs_no_answer = parts.methods == 1 && parts.method == "send";
  if (parts.id == 0 && !needs_no_answer)
    return "a command needs an id";
  return {};
}

command_body read_body(const envelope& parts, timestamp now) {
  if (parts.methods == 1)
    return read_command(parts.method, parts.params, now);
  if (parts.methods > 1)
    return refused_command{make_failure(errc::bad_request, "One object holds one command")};
  if (parts.unknown)
    return refused_command{make_failure(errc::unknown_method, "There is no such command")};
  return refused_command{make_failure(errc::bad_request, "There is no command")};
}

decoded_frame violation(std::string_view reason) {
  decoded_frame frame;
  frame.violation = true;
  frame.reason = reason;
  return frame;
}

bool is_empty(simdjson::dom::object object) {
  return object.begin() == object.end();
}

} // namespace

decoded_frame centrifuge_json::decode(std::string_view frame, std::size_t max_commands) const {
  thread_local frame_parser parser;
  decoded_frame result;
  const char* begin = parser.load(frame);
  const char* end = begin + frame.size();
  std::size_t count = 0;
  while (begin < end) {
    const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
    std::string_view line{begin, static_cast<std::size_t>((newline ? newline : end) - begin)};
    begin += line.size() + 1;
    if (is_blank(line))
      continue;
    if (++count > max_commands)
      return violation("too many commands in a frame");
    simdjson::dom::element document;
    simdjson::dom::object object;
    if (!parser.parse(line.data(), line.size(), document))
      return violation("not JSON");
    if (document.get(object) != simdjson::SUCCESS)
      return violation("not a JSON object");
    if (is_empty(object)) {
      ++result.pongs;
      continue;
    }
    envelope parts;
    if (auto reason = read_envelope(object, parts); !reason.empty())
      return violation(reason);
    auto body = read_body(parts, clock_());
    if (parts.id == 0 && std::holds_alternative<refused_command>(body))
      return violation("a send is not as it should be"); // without an id there is no way to say so in an answer
    auto trace = parts.trace.empty() ? read_trace_of_data(parts) : parts.trace;
    result.commands.push_back({parts.id, std::move(body), trace});
  }
  if (count == 0)
    return violation("a frame without commands");
  return result;
}

} // namespace callboard::http::wire
