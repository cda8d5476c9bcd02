#include "actors/core/event_fields.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace callboard::core {
namespace {

constexpr unsigned deepest = 16;

/// Goes over JSON (RFC 8259) as far as is needed to find where each value ends.
class scanner {
public:
  explicit scanner(std::string_view text) : text_{text} {}

  bool take(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted)
      return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  /// What is between the quotes, escapes as they are.
  std::optional<std::string_view> string() {
    if (!take('"'))
      return std::nullopt;
    auto begin = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == '"')
        return text_.substr(begin, at_++ - begin);
    }
    return std::nullopt;
  }
  /// The text of a value, with its quotes or brackets.
  std::optional<std::string_view> value() {
    skip_space();
    auto begin = at_;
    unsigned depth = 0;
    do {
      skip_space();
      if (at_ == text_.size())
        return std::nullopt;
      auto next = text_[at_];
      if (next == '"') {
        if (!string())
          return std::nullopt;
      } else if (next == '{' || next == '[') {
        if (++depth > deepest)
          return std::nullopt;
        ++at_;
      } else if (next == '}' || next == ']') {
        if (depth == 0)
          return std::nullopt;
        --depth;
        ++at_;
      } else if (next == ',' || next == ':') {
        if (depth == 0)
          return std::nullopt;
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(" \t\r\n,:]}\"", at_), text_.size());
      }
    } while (depth > 0);
    return text_.substr(begin, at_ - begin);
  }

private:
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
};

template <class Number>
bool read_number(std::string_view text, Number& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::optional<event_fields> event_fields::read(std::string_view json) {
  scanner from{json};
  if (!from.take('{'))
    return std::nullopt;
  event_fields fields;
  if (!from.take('}')) {
    do {
      auto name = from.string();
      if (!name || !from.take(':') || fields.members_.size() == most_members)
        return std::nullopt;
      auto value = from.value();
      if (!value)
        return std::nullopt;
      fields.members_.emplace_back(*name, *value);
    } while (from.take(','));
    if (!from.take('}'))
      return std::nullopt;
  }
  if (!from.at_end())
    return std::nullopt;
  return fields;
}

std::string_view event_fields::raw(std::string_view name) const {
  for (auto& [each, value] : members_)
    if (each == name)
      return value;
  return {};
}

std::optional<std::int64_t> event_fields::integer(std::string_view name) const {
  std::int64_t value = 0;
  auto text = raw(name);
  return !text.empty() && read_number(text, value) ? std::optional{value} : std::nullopt;
}

std::optional<std::string_view> event_fields::text(std::string_view name) const {
  auto value = raw(name);
  if (value.size() < 2 || value.front() != '"' || value.find('\\') != std::string_view::npos)
    return std::nullopt;
  return value.substr(1, value.size() - 2);
}

std::optional<timestamp> event_fields::time(std::string_view name) const {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  auto given = text(name);
  if (!given || given->size() != form.size())
    return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    auto c = (*given)[i];
    if (form[i] == '0' ? c < '0' || c > '9' : c != form[i])
      return std::nullopt;
  }
  auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    read_number(given->substr(at, size), value);
    return value;
  };
  std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                   std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                   std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  auto hours = number(11, 2), minutes = number(14, 2), seconds = number(17, 2);
  if (!date.ok() || hours > 23 || minutes > 59 || seconds > 59)
    return std::nullopt;
  return timestamp{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{hours} +
                   std::chrono::minutes{minutes} + std::chrono::seconds{seconds} +
                   std::chrono::milliseconds{number(20, 3)}};
}

bool event_fields::is_true(std::string_view name) const {
  return raw(name) == "true";
}

} // namespace callboard::core
