// The head of a request: `check_framing` and then `parse_head`, as the edge calls them.
//
// Always so: what is refused is refused with a reason and a status for it. What is accepted is one header block that
// a plain reading of RFC 9112 cuts in the same way: whole lines, one Host, at most one field that frames the body, no
// byte on which two readers could differ. Beast's parser agrees on target, version and every field, or refuses a
// Connection; and the head written again from what was understood is understood in the same way.
#include <charconv>
#include <map>
#include <vector>

#include "adapters/http/framing.hpp"
#include "adapters/http/head_parser.hpp"
#include "adapters/http/text.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using namespace callboard::http;
using fuzz::require;

namespace {

/// The lines of a block, without the empty one at its end.
std::vector<std::string_view> lines_of(std::string_view block) {
  std::vector<std::string_view> lines;
  while (block != "\r\n") {
    auto end = block.find("\r\n");
    require(end != std::string_view::npos && end > 0);
    lines.push_back(block.substr(0, end));
    require(lines.back().find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos);
    block.remove_prefix(end + 2);
  }
  return lines;
}

using field = std::pair<std::string, std::string>; // a name in lower case, a value

std::vector<field> fields_of(const std::vector<std::string_view>& lines) {
  std::vector<field> fields;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto colon = lines[i].find(':');
    require(colon != std::string_view::npos && is_token(lines[i].substr(0, colon)));
    fields.emplace_back(to_lower(lines[i].substr(0, colon)), trim(lines[i].substr(colon + 1)));
  }
  return fields;
}

/// The values of all fields of a name.
std::vector<std::string_view> values_of(const std::vector<field>& fields, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& each : fields)
    if (each.first == name)
      values.push_back(each.second);
  return values;
}

void check_body(const framing& frame, const std::vector<field>& fields) {
  require(values_of(fields, "host").size() == 1 && values_of(fields, "trailer").empty());
  auto lengths = values_of(fields, "content-length"), encodings = values_of(fields, "transfer-encoding");
  require(lengths.size() + encodings.size() <= 1);
  std::uint64_t length = 0;
  if (!lengths.empty()) {
    const auto* end = lengths[0].data() + lengths[0].size();
    auto [stop, error] = std::from_chars(lengths[0].data(), end, length);
    require(stop == end && error == std::errc{});
  }
  require(frame.content_length == length);
  require(encodings.empty() || (encodings[0] == "chunked" && frame.version == 11));
  require(frame.body == (!encodings.empty() ? body_framing::chunked
                         : length > 0       ? body_framing::length
                                            : body_framing::none));
}

/// Beast puts fields of one name together, each name's in their order.
std::multimap<std::string, std::string> by_name(const std::vector<field>& fields) {
  return {fields.begin(), fields.end()};
}

void check_head(const request_head& head, std::string_view request_line, const std::vector<field>& fields) {
  auto first = request_line.find(' '), last = request_line.rfind(' ');
  require(head.method == parse_method(request_line.substr(0, first)));
  require(head.target == request_line.substr(first + 1, last - first - 1));
  require(head.target == "*" || (head.target.starts_with('/') && !head.target.starts_with("//")));
  require(fields.size() <= 100 && by_name(head.headers) == by_name(fields));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto block = fuzz::text_of(data, size);
  auto frame = check_framing(block);
  if (frame.refusal != 0) {
    require(frame.refusal == 400 || frame.refusal == 417 || frame.refusal == 431 || frame.refusal == 505);
    require(!frame.reason.empty());
    return 0;
  }
  require(block.find("\r\n\r\n") + 4 == block.size());
  auto lines = lines_of(block);
  auto fields = fields_of(lines);
  check_body(frame, fields);

  auto head = parse_head(block);
  if (!head) { // what we leave to Beast: whether Connection is a list of tokens
    require(!values_of(fields, "connection").empty() || !values_of(fields, "proxy-connection").empty());
    return 0;
  }
  check_head(*head, lines[0], fields);
  require(head->version == frame.version);

  std::string again{lines[0]};
  for (const auto& [name, value] : head->headers)
    again += "\r\n" + name + ": " + value;
  again += "\r\n\r\n";
  auto frame_again = check_framing(again);
  require(frame_again.refusal == 0 && frame_again.body == frame.body && frame_again.keep_alive == frame.keep_alive &&
          frame_again.content_length == frame.content_length && frame_again.expects_continue == frame.expects_continue);
  auto head_again = parse_head(again);
  require(head_again && head_again->headers == head->headers && head_again->target == head->target);
  return 0;
}
