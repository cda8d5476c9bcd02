#include "adapters/http/strict_json.hpp"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include "adapters/http/text.hpp"
#include "messages/errors.hpp"

namespace callboard::http {
namespace {

constexpr std::size_t max_depth = 32;

/// Watches a parse for repeated keys, which the library's own objects silently merge.
struct key_watcher {
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 100'000;
  static constexpr std::size_t max_key_size = 1'000;
  static constexpr std::size_t max_string_size = 1u << 26;

  using error = boost::json::error_code;
  using text = boost::json::string_view;

  std::vector<std::set<std::string, std::less<>>> objects;
  std::string key;
  bool repeated = false;

  bool on_object_begin(error&) {
    objects.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error&) {
    objects.pop_back();
    return true;
  }
  bool on_key_part(text part, std::size_t, error&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(text part, std::size_t, error& failure) {
    key.append(part.data(), part.size());
    repeated = !objects.back().insert(std::move(key)).second;
    key.clear();
    if (repeated)
      failure = boost::json::error::extra_data;
    return !repeated;
  }
  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(std::size_t, error&) { return true; }
  bool on_string_part(text, std::size_t, error&) { return true; }
  bool on_string(text, std::size_t, error&) { return true; }
  bool on_number_part(text, error&) { return true; }
  bool on_int64(std::int64_t, text, error&) { return true; }
  bool on_uint64(std::uint64_t, text, error&) { return true; }
  /// A number beyond what a double holds would be infinite, which is no JSON.
  bool on_double(double value, text, error& failure) {
    if (!std::isfinite(value))
      failure = boost::json::error::exponent_overflow;
    return !failure;
  }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(text, error&) { return true; }
  bool on_comment(text, error&) { return true; }
};

} // namespace

caf::expected<boost::json::object> parse_strict_object(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::basic_parser<key_watcher> watcher{options};
  boost::json::error_code failure;
  auto used = watcher.write_some(false, text.data(), text.size(), failure);
  if (watcher.handler().repeated)
    return make_failure(errc::bad_request, "The body has an object with a key twice");
  if (failure || used != text.size())
    return make_failure(errc::bad_request, "The body is not valid JSON");
  auto value = boost::json::parse({text.data(), text.size()}, failure, {}, options);
  if (failure)
    return make_failure(errc::bad_request, "The body is not valid JSON");
  if (!value.is_object())
    return make_failure(errc::bad_request, "The body must be a JSON object");
  return std::move(value.get_object());
}

bool is_json_type(std::string_view content_type) {
  auto semicolon = content_type.find(';');
  if (!equal_ignoring_case(trim(content_type.substr(0, semicolon)), "application/json"))
    return false;
  if (semicolon == std::string_view::npos)
    return true;
  auto parameter = trim(content_type.substr(semicolon + 1));
  return parameter.empty() || equal_ignoring_case(parameter, "charset=utf-8") ||
         equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

} // namespace callboard::http
