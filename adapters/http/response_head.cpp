#include "adapters/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

constexpr std::string_view security_headers =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; connect-src 'self'"; // the rest follows

/// RFC 9110, 5.6.7. Made once a second per thread.
std::string_view date_now() {
  thread_local std::time_t second = 0;
  thread_local std::array<char, 64> text{};
  thread_local std::size_t size = 0;
  auto now = std::time(nullptr);
  if (now != second) {
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    static_cast<void>(gmtime_r(&now, &parts)); // fails beyond years that an int holds
    auto written = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                 months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec);
    size = std::min(static_cast<std::size_t>(written), text.size() - 1);
    second = now;
  }
  return {text.data(), size};
}

void add(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

} // namespace

std::string write_response_head(const response& answer, std::string_view request_id, bool keep_alive,
                                bool strict_transport, std::string_view socket_source) {
  std::string head;
  head.reserve(768);
  head += "HTTP/1.1 ";
  head += std::to_string(answer.status);
  head += ' ';
  head += reason_phrase(answer.status);
  head += "\r\n";
  add(head, "Date", date_now());
  if (has_body(answer.status)) {
    add(head, "Content-Length", std::to_string(answer.content().size()));
    if (!answer.content_type.empty())
      add(head, "Content-Type", answer.content_type);
  }
  add(head, "Connection", keep_alive ? "keep-alive" : "close");
  add(head, "X-Request-Id", request_id);
  head += security_headers;
  if (!socket_source.empty()) {
    head += ' ';
    head += socket_source;
  }
  head += "\r\n";
  if (strict_transport)
    add(head, "Strict-Transport-Security", "max-age=31536000");
  auto says = [&answer](std::string_view name) {
    return std::any_of(answer.headers.begin(), answer.headers.end(),
                       [name](const auto& header) { return equal_ignoring_case(header.first, name); });
  };
  if (!says("Cache-Control"))
    add(head, "Cache-Control", "no-store");
  for (const auto& [name, value] : answer.headers)
    add(head, name, value);
  head += "\r\n";
  return head;
}

} // namespace callboard::http
