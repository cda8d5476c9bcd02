#pragma once

#include <string>
#include <string_view>

namespace callboard::cli {

/// Puts terminal colours (ECMA-48 SGR) around texts, or leaves them plain.
class colours {
public:
  explicit colours(bool enabled) : enabled_(enabled) {}

  /// A user's name in the colour that this name always has, whatever its case.
  std::string name(std::string_view name) const;

  /// A text of minor weight, such as a time.
  std::string faint(std::string_view text) const { return paint("2", text); }

  /// A text that reports an error.
  std::string error(std::string_view text) const { return paint("31", text); }

private:
  std::string paint(std::string_view code, std::string_view text) const;

  bool enabled_;
};

} // namespace callboard::cli
