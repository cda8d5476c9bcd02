#include "bin/callboard-cli/command_line.hpp"

namespace callboard::cli {

namespace {

constexpr std::string_view blanks = " \t\r\v\f";

bool is_blank(char c) {
  return blanks.find(c) != std::string_view::npos;
}

// Appends what stands between the quote at `position` and its partner; false if there is no partner.
bool append_quoted(std::string_view line, std::size_t& position, std::string& word) {
  const char quote = line[position++];
  for (; position < line.size(); ++position) {
    char c = line[position];
    if (c == quote) {
      ++position;
      return true;
    }
    if (quote == '"' && c == '\\' && position + 1 < line.size()) {
      const char next = line[position + 1];
      if (next == '"' || next == '\\') {
        c = next;
        ++position;
      }
    }
    word += c;
  }
  return false;
}

} // namespace

split_line split_command(std::string_view line) {
  split_line split;
  std::size_t position = 0;
  while (true) {
    while (position < line.size() && is_blank(line[position]))
      ++position;
    if (position == line.size())
      return split;
    std::string word;
    const char first = line[position];
    if ((first == '"' || first == '\'') && !append_quoted(line, position, word))
      return {{}, first};
    while (position < line.size() && !is_blank(line[position]))
      word += line[position++];
    split.words.push_back(std::move(word));
  }
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = list.find(',');
    std::string_view part = list.substr(0, comma);
    while (!part.empty() && is_blank(part.front()))
      part.remove_prefix(1);
    while (!part.empty() && is_blank(part.back()))
      part.remove_suffix(1);
    if (part.empty())
      return {};
    parts.emplace_back(part);
    if (comma == std::string_view::npos)
      return parts;
    list.remove_prefix(comma + 1);
  }
}

} // namespace callboard::cli
