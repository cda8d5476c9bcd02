#include "adapters/http/method.hpp"

#include <array>

namespace callboard::http {
namespace {

constexpr std::array<std::string_view, 8> names{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};

} // namespace

std::string_view to_string(method value) {
  return names[static_cast<std::size_t>(value)];
}

method parse_method(std::string_view text) {
  for (std::size_t i = 0; i + 1 < names.size(); ++i)
    if (names[i] == text)
      return static_cast<method>(i);
  return method::other;
}

} // namespace callboard::http
