#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::cli {

/// A typed line cut into words.
struct split_line {
  std::vector<std::string> words;
  std::optional<char> unclosed_quote; ///< the quote character that was opened and not closed; `words` is then empty
};

/// Cuts a line at spaces and tabs. A word that begins with a quote reaches to the next such quote: in "..." the pairs
/// \" and \\ stand for the second character, in '...' every character stands for itself. A quote inside a word is an
/// ordinary character, so that `don't` needs no care.
split_line split_command(std::string_view line);

/// Cuts at commas, drops spaces around the parts; an empty part makes the whole list empty (that is: malformed).
std::vector<std::string> split_list(std::string_view list);

} // namespace callboard::cli
