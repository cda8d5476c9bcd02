#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace callboard::cli {

/// Decodes the code point at `position` and moves `position` behind it. Nothing if the bytes there are not valid
/// UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF); `position` then moves on by one byte.
std::optional<char32_t> decode_utf8(std::string_view text, std::size_t& position);

/// Whether all of `text` is valid UTF-8.
bool is_utf8(std::string_view text);

/// The first `count` code points of valid UTF-8.
std::string_view first_code_points(std::string_view text, std::size_t count);

/// A text from others made safe for a terminal and for line-wise output: it stays on one line and cannot move the
/// cursor, set colours or reorder its neighbours. Line breaks become U+23CE, a tab a space; other control characters
/// (C0, DEL, C1), bidirectional overrides and isolates and invalid bytes become U+FFFD.
std::string neutralise(std::string_view text);

} // namespace callboard::cli
