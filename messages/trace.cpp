#include "messages/trace.hpp"

#include <algorithm>
#include <cstddef>

namespace callboard {
namespace {

constexpr std::size_t form_size = 55; // 2 version, 32 trace, 16 span, 2 flags, 3 dashes

int value_of(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  return -1;
}

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& bytes) {
  for (std::size_t i = 0; i < N; ++i) {
    auto high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

template <std::size_t N>
bool is_zero(const std::array<std::uint8_t, N>& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; });
}

} // namespace

std::optional<trace_context> parse_traceparent(std::string_view text) {
  if (text.size() < form_size || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 1> version{}, flags{};
  trace_context found;
  if (!read_hex(text, version) || !read_hex(text.substr(3), found.trace) || !read_hex(text.substr(36), found.span) ||
      !read_hex(text.substr(53), flags))
    return std::nullopt;
  if (version[0] == 0xff || is_zero(found.trace) || is_zero(found.span))
    return std::nullopt;
  if (text.size() > form_size && (version[0] == 0 || text[form_size] != '-'))
    return std::nullopt;
  found.flags = flags[0] & (trace_context::sampled | trace_context::random_id);
  return found;
}

std::string print_traceparent(const trace_context& context) {
  if (context.empty())
    return {};
  return "00-" + print_hex(context.trace) + "-" + print_hex(context.span) + "-" +
         print_hex(std::array<std::uint8_t, 1>{context.flags});
}

std::string print_trace_id(const trace_context& context) {
  return context.empty() ? std::string{} : print_hex(context.trace);
}

} // namespace callboard
