#include "adapters/http/wire/command_fields.hpp"

namespace callboard::http::wire {

std::optional<simdjson::dom::element> command_fields::find(std::string_view name) {
  std::optional<simdjson::dom::element> found;
  for (auto [key, value] : object_) {
    if (key != name)
      continue;
    if (found)
      refuse(name, "is given twice");
    found = value;
  }
  if (found && found->is_null())
    found.reset();
  return found;
}

void command_fields::refuse(std::string_view name, std::string_view what) {
  if (!problem_.empty())
    return;
  problem_ += where_;
  problem_ += '.';
  problem_ += name;
  problem_ += ' ';
  problem_ += what;
}

std::string command_fields::text(std::string_view name) {
  auto element = find(name);
  std::string_view value;
  if (element && element->get(value) != simdjson::SUCCESS)
    refuse(name, "must be a text");
  return std::string{value};
}

std::string command_fields::required_text(std::string_view name) {
  if (!has(name))
    refuse(name, "must be given");
  return text(name);
}

bool command_fields::boolean(std::string_view name) {
  auto element = find(name);
  bool value = false;
  if (element && element->get(value) != simdjson::SUCCESS)
    refuse(name, "must be true or false");
  return value;
}

std::uint64_t command_fields::number(std::string_view name) {
  auto element = find(name);
  std::uint64_t value = 0;
  if (element && (!(element->is_int64() || element->is_uint64()) || element->get(value) != simdjson::SUCCESS))
    refuse(name, "must be a whole number, 0 or more");
  return value;
}

std::int64_t command_fields::signed_number(std::string_view name) {
  auto element = find(name);
  std::int64_t value = 0;
  if (element && (!(element->is_int64() || element->is_uint64()) || element->get(value) != simdjson::SUCCESS))
    refuse(name, "must be a whole number of 64 bits");
  return value;
}

std::int64_t command_fields::required_signed_number(std::string_view name) {
  if (!has(name))
    refuse(name, "must be given");
  return signed_number(name);
}

std::optional<simdjson::dom::object> command_fields::object(std::string_view name) {
  auto element = find(name);
  simdjson::dom::object value;
  if (!element)
    return std::nullopt;
  if (element->get(value) != simdjson::SUCCESS) {
    refuse(name, "must be an object");
    return std::nullopt;
  }
  return value;
}

} // namespace callboard::http::wire
