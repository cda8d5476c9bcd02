#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace callboard::jwt {

/// A JSON object whose members are strings, integers or booleans, or lists of strings where those are allowed; in the
/// order of the text.
class flat_object {
public:
  using list = std::vector<std::string>;
  using value = std::variant<std::string, std::int64_t, bool, list>;
  using member = std::pair<std::string, value>;

  /// Parses `text` (RFC 8259, strict). Nothing if it is not an object, has a name twice, holds a nested value, null, a
  /// fraction, an integer beyond 64 bits or more than 16 members. Duplicate names are refused because readers differ
  /// in which one they believe.
  static std::optional<flat_object> parse(std::string_view text) { return parse(text, false); }

  /// The same with lists of at most 16 strings, as in a JWK.
  static std::optional<flat_object> parse_with_lists(std::string_view text) { return parse(text, true); }

  /// The member's text, or null if there is none of that name or it is no string.
  const std::string* text(std::string_view name) const;

  /// The member's integer, or null if there is none of that name or it is no integer.
  const std::int64_t* integer(std::string_view name) const;

  /// The member's list, or null if there is none of that name or it is no list.
  const list* strings(std::string_view name) const;

  /// Whether there is a member of that name, of any type.
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  const std::vector<member>& members() const { return members_; }

private:
  static std::optional<flat_object> parse(std::string_view text, bool allow_lists);
  const value* find(std::string_view name) const;

  std::vector<member> members_;
};

} // namespace callboard::jwt
