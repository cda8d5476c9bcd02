#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include <caf/expected.hpp>

namespace callboard::http {

/// Parses a JSON object (RFC 8259) as requests must be: UTF-8, at most 32 deep, no key twice in an object at any
/// depth, nothing behind it. Errors: `bad_request`, with a sentence. The text's size is the caller's bound.
caf::expected<boost::json::object> parse_strict_object(std::string_view text);

/// Whether a Content-Type means JSON: `application/json`, perhaps with `charset=utf-8`.
bool is_json_type(std::string_view content_type);

} // namespace callboard::http
