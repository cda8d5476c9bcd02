#include "adapters/http/rest/session_cookie.hpp"

#include <algorithm>

#include <boost/asio/ip/address_v4.hpp>

#include "adapters/http/text.hpp"

namespace callboard::http::rest {
namespace {

/// Without `:port`. Whatever else follows a name or a bracketed address stays, so it is taken for no loopback host.
std::string_view without_port(std::string_view host) {
  auto colon = host.rfind(':');
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (colon == std::string_view::npos || !std::all_of(host.begin() + colon + 1, host.end(), is_digit))
    return host;
  return host.substr(0, colon);
}

bool is_loopback_host(std::string_view host) {
  auto name = to_lower(without_port(host));
  if (name == "localhost" || name.ends_with(".localhost") || name == "[::1]")
    return true;
  // 127.0.0.0/8, written as four numbers: a name such as 127.0.0.1.example is none.
  boost::system::error_code error;
  return boost::asio::ip::make_address_v4(name, error).is_loopback() && !error;
}

struct cookie_names {
  std::string_view secure, plain;

  std::string_view for_request(const request_context& request, std::string_view public_url) const {
    return needs_secure_cookie(public_url, request.header("host")) ? secure : plain;
  }
};
constexpr cookie_names of_session{"__Host-callboard", "callboard"};
constexpr cookie_names of_device{"__Host-callboard-device", "callboard-device"};

void set_cookie(response& answer, const cookie_names& names, const request_context& request,
                std::string_view public_url, std::string_view value, std::int64_t seconds) {
  auto name = names.for_request(request, public_url);
  std::string cookie{name};
  cookie += '=';
  cookie += value;
  cookie += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(std::max<std::int64_t>(seconds, 0));
  if (name == names.secure)
    cookie += "; Secure";
  answer.with("Set-Cookie", std::move(cookie));
}

} // namespace

bool needs_secure_cookie(std::string_view public_url, std::string_view host) {
  return public_url.starts_with("https://") || !is_loopback_host(host);
}

std::string_view read_session_cookie(const request_context& request, std::string_view public_url) {
  return request.cookie(of_session.for_request(request, public_url));
}

void set_session_cookie(response& answer, const request_context& request, std::string_view public_url,
                        std::string_view token, std::int64_t seconds) {
  set_cookie(answer, of_session, request, public_url, token, seconds);
}

void clear_session_cookie(response& answer, const request_context& request, std::string_view public_url) {
  if (!read_session_cookie(request, public_url).empty())
    set_session_cookie(answer, request, public_url, {}, 0);
}

std::string_view read_device_cookie(const request_context& request, std::string_view public_url) {
  return request.cookie(of_device.for_request(request, public_url));
}

void set_device_cookie(response& answer, const request_context& request, std::string_view public_url,
                       std::string_view token, std::int64_t seconds) {
  set_cookie(answer, of_device, request, public_url, token, seconds);
}

} // namespace callboard::http::rest
