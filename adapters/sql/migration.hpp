#pragma once

#include <string_view>

namespace callboard::sql {

/// A numbered file of schema/sql/<database>, as it is built in.
struct migration {
  int version = 0;
  std::string_view name; // of the file
  std::string_view script;
};

} // namespace callboard::sql
