#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/ids.hpp"

namespace callboard::sql {

/// Builds an array in PostgreSQL's text form, `{1,2,NULL}`, element by element: libpqxx 6 takes arrays in no other.
class array_text {
public:
  void add(std::int64_t value);
  void add(std::string_view value);
  void add(const uuid& value);
  void add_null();

  /// The finished text; nothing can be added after it.
  const std::string& text();

private:
  void separate() { text_ += text_.empty() ? '{' : ','; }

  std::string text_;
  bool is_finished_ = false;
};

} // namespace callboard::sql
