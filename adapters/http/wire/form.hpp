#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <caf/error.hpp>

#include "messages/errors.hpp"

namespace callboard::http::wire {

/// A JSON pointer (RFC 6901) with one more step: `~` and `/` in `name` are escaped.
std::string pointer_to(std::string_view parent, std::string_view name);

/// Reads the fields of a request's body and collects everything that is wrong with it: fields that are missing, of
/// another type, out of range or not known. Ask for every field there may be, then for the `failure`. Whether a text
/// is too long and such is for the actors to say.
class form {
public:
  static constexpr std::size_t max_errors = 50; // what is wrong beyond these is not told
  static constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

  explicit form(const boost::json::object& body) : body_{body} {}

  /// Absent, or there but wrong: nothing.
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  /// A whole number; `code` "out_of_range" beyond the bounds.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t greatest = most);
  /// A list of texts.
  std::optional<std::vector<std::string>> texts(std::string_view name);

  std::string required_text(std::string_view name);
  std::int64_t required_number(std::string_view name, std::int64_t least, std::int64_t greatest = most);
  std::vector<std::string> required_texts(std::string_view name);

  /// A field of any type that may be there but is not looked at.
  void accept(std::string_view name) { find(name); }
  bool has(std::string_view name) const { return body_.contains({name.data(), name.size()}); }
  void refuse(std::string pointer, std::string code, std::string detail);

  /// `validation_failed` with all bad fields, unknown ones among them; nothing if all is well.
  caf::error failure();

private:
  const boost::json::value* find(std::string_view name);
  void refuse_type(std::string_view name, std::string_view expected);
  void require(std::string_view name);

  const boost::json::object& body_;
  std::vector<std::string_view> known_;
  std::vector<field_error> errors_;
};

} // namespace callboard::http::wire
