#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callboard::cli {

namespace json = boost::json;

/// Reads a JSON text of bounded depth; nothing if it is malformed.
std::optional<json::value> parse_json(std::string_view text);

/// The member `key` of an object; null if `value` is no object or has no such member.
const json::value& member(const json::value& value, std::string_view key);

/// The text in member `key`, empty if there is none.
std::string text_at(const json::value& value, std::string_view key);

/// The whole number in member `key`, 0 if there is none (zeros are left out on the wire).
std::int64_t number_at(const json::value& value, std::string_view key);

/// The truth in member `key`, false if there is none.
bool flag_at(const json::value& value, std::string_view key);

/// The array in member `key`, empty if there is none.
const json::array& array_at(const json::value& value, std::string_view key);

} // namespace callboard::cli
