#pragma once

#include "bin/callboard-load/options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace callboard::load {

/// Who takes part, and where.
struct population {
  std::vector<std::string> tokens;
  std::vector<std::string> channels;

  /// The token of connection `index`.
  const std::string& token_of(std::uint32_t index) const { return tokens[index % tokens.size()]; }
};

/// Reads or makes users and rooms as the options say. Over REST this logs in or registers users and creates rooms whose
/// members are exactly the users that need them.
outcome<population> gather(const options& given);

} // namespace callboard::load
