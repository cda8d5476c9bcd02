#pragma once

#include <array>
#include <charconv>
#include <string>

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// The next `count` numbers of a sequence; answers the last of them. Numbers of a transaction that is rolled back are
/// given again, those of deleted rows never.
inline std::int64_t take_numbers(work& unit, std::string_view sequence, std::int64_t count = 1) {
  auto found =
      select(unit.db, "UPDATE sequences SET value = value + $2 WHERE name = $1 RETURNING value", sequence, count);
  if (!found.next())
    throw driver_error{failure::corrupt, "a sequence is missing"};
  return found.get<std::int64_t>(0);
}

/// The most that one page carries, whatever is asked for.
inline constexpr std::uint32_t max_page_size = 1000;

inline std::uint32_t page_size(std::uint32_t asked) {
  return std::clamp<std::uint32_t>(asked, 1, max_page_size);
}

/// Cursors are the sort columns of the last item of a page, in decimal, separated by dots.
template <std::size_t N>
std::string make_cursor(const std::array<std::int64_t, N>& columns) {
  std::string text;
  for (auto column : columns) {
    if (!text.empty())
      text += '.';
    text += std::to_string(column);
  }
  return text;
}

/// The inverse; `start` for an empty cursor, a refusal for anything that `make_cursor` does not write.
template <std::size_t N>
std::array<std::int64_t, N> parse_cursor(const std::string& text, const std::array<std::int64_t, N>& start) {
  if (text.empty())
    return start;
  std::array<std::int64_t, N> columns{};
  auto* position = text.data();
  auto* end = position + text.size();
  for (std::size_t i = 0; i < N; ++i) {
    auto [rest, error] = std::from_chars(position, end, columns[i]);
    auto is_last = i + 1 == N;
    if (error != std::errc{} || (is_last ? rest != end : rest == end || *rest != '.'))
      refuse(errc::bad_request, "The cursor is not one of ours.");
    position = is_last ? rest : rest + 1;
  }
  return columns;
}

} // namespace callboard::sql
