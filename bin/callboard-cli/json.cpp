#include "bin/callboard-cli/json.hpp"

#include <boost/json/parse.hpp>

namespace callboard::cli {

std::optional<json::value> parse_json(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error)
    return std::nullopt;
  return value;
}

const json::value& member(const json::value& value, std::string_view key) {
  static const json::value nothing;
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(key);
  return found == nullptr ? nothing : *found;
}

std::string text_at(const json::value& value, std::string_view key) {
  const auto* text = member(value, key).if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::int64_t number_at(const json::value& value, std::string_view key) {
  const json::value& found = member(value, key);
  boost::system::error_code error;
  const auto number = found.is_number() ? found.to_number<std::int64_t>(error) : 0;
  return error ? 0 : number;
}

bool flag_at(const json::value& value, std::string_view key) {
  const auto* flag = member(value, key).if_bool();
  return flag != nullptr && *flag;
}

const json::array& array_at(const json::value& value, std::string_view key) {
  static const json::array nothing;
  const auto* array = member(value, key).if_array();
  return array == nullptr ? nothing : *array;
}

} // namespace callboard::cli
