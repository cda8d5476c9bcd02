#include "adapters/http/wire/form.hpp"

#include <algorithm>

namespace callboard::http::wire {
std::string pointer_to(std::string_view parent, std::string_view name) {
  std::string pointer{parent};
  pointer += '/';
  for (auto c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

const boost::json::value* form::find(std::string_view name) {
  known_.push_back(name);
  return body_.if_contains({name.data(), name.size()});
}

void form::refuse(std::string pointer, std::string code, std::string detail) {
  if (errors_.size() < max_errors)
    errors_.push_back({std::move(pointer), std::move(code), std::move(detail)});
}

void form::refuse_type(std::string_view name, std::string_view expected) {
  refuse(pointer_to({}, name), "type", "must be " + std::string{expected});
}

void form::require(std::string_view name) {
  if (!has(name))
    refuse(pointer_to({}, name), "required", "must be given");
}

std::optional<std::string> form::text(std::string_view name) {
  const auto* value = find(name);
  if (!value)
    return std::nullopt;
  if (!value->is_string()) {
    refuse_type(name, "a text");
    return std::nullopt;
  }
  return std::string{value->get_string()};
}

std::optional<bool> form::boolean(std::string_view name) {
  const auto* value = find(name);
  if (!value)
    return std::nullopt;
  if (!value->is_bool()) {
    refuse_type(name, "true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> form::number(std::string_view name, std::int64_t least, std::int64_t greatest) {
  const auto* value = find(name);
  if (!value)
    return std::nullopt;
  // A number that fits 64 bits without a sign only is whole, but beyond every bound there is.
  if (!value->is_int64() && !value->is_uint64()) {
    refuse_type(name, "a whole number");
    return std::nullopt;
  }
  if (!value->is_int64() || value->get_int64() < least || value->get_int64() > greatest) {
    auto range = greatest == most ? std::to_string(least) + " or more"
                                  : "from " + std::to_string(least) + " to " + std::to_string(greatest);
    refuse(pointer_to({}, name), "out_of_range", "must be " + range);
    return std::nullopt;
  }
  return value->get_int64();
}

std::optional<std::vector<std::string>> form::texts(std::string_view name) {
  const auto* value = find(name);
  if (!value)
    return std::nullopt;
  if (!value->is_array()) {
    refuse_type(name, "a list of texts");
    return std::nullopt;
  }
  std::vector<std::string> items;
  bool good = true;
  const auto& array = value->get_array();
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].is_string()) {
      items.emplace_back(array[i].get_string());
    } else {
      good = false;
      refuse(pointer_to(pointer_to({}, name), std::to_string(i)), "type", "must be a text");
    }
  }
  if (!good)
    return std::nullopt;
  return items;
}

std::string form::required_text(std::string_view name) {
  require(name);
  return text(name).value_or(std::string{});
}

std::int64_t form::required_number(std::string_view name, std::int64_t least, std::int64_t greatest) {
  require(name);
  return number(name, least, greatest).value_or(0);
}

std::vector<std::string> form::required_texts(std::string_view name) {
  require(name);
  return texts(name).value_or(std::vector<std::string>{});
}

caf::error form::failure() {
  for (const auto& [name, value] : body_)
    if (std::find(known_.begin(), known_.end(), std::string_view{name.data(), name.size()}) == known_.end())
      refuse(pointer_to({}, {name.data(), name.size()}), "unknown_field", "is not a field of this request");
  if (errors_.empty())
    return {};
  auto count = errors_.size();
  return make_failure(errc::validation_failed,
                      count == 1 ? "One field is wrong" : std::to_string(count) + " fields are wrong",
                      std::move(errors_));
}

} // namespace callboard::http::wire
