#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callboard {

/// Where in a distributed trace something happens: W3C Trace Context (https://www.w3.org/TR/trace-context-2/). It
/// travels with a request through every message, into the outbox and out of it again. Empty, all zero: not in a trace.
struct trace_context {
  static constexpr std::uint8_t sampled = 0x01;   // spans are recorded
  static constexpr std::uint8_t random_id = 0x02; // whoever began the trace drew its id at random

  std::array<std::uint8_t, 16> trace{}; // the whole trace
  std::array<std::uint8_t, 8> span{};   // what happens in it; the parent of what follows from it
  std::uint8_t flags = 0;

  friend bool operator==(const trace_context&, const trace_context&) = default;
  bool empty() const { return trace == std::array<std::uint8_t, 16>{}; }
  bool is_sampled() const { return (flags & sampled) != 0; }
};

/// The name of the header, command member or event header that carries a context: the same everywhere, in small
/// letters.
inline constexpr const char* traceparent_name = "traceparent";

/// Reads a `traceparent`: lower-case hexadecimal digits, neither id zero, version 00 of exactly 55 characters. A later
/// version may go on after those with a dash; version ff does not exist. Of the flags those are kept that are known.
/// Anything else is nothing, and to be taken as if no trace were named.
std::optional<trace_context> parse_traceparent(std::string_view text);

/// The `traceparent` of version 00; empty for an empty context.
std::string print_traceparent(const trace_context& context);

/// The trace's id as 32 hexadecimal digits; empty for an empty context.
std::string print_trace_id(const trace_context& context);

/// Lower-case hexadecimal digits, two a byte.
template <std::size_t N>
std::string print_hex(const std::array<std::uint8_t, N>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * N);
  for (auto byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

} // namespace callboard
