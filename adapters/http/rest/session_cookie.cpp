#include "adapters/http/rest/session_cookie.hpp"

#include <algorithm>

#include "adapters/http/text.hpp"

namespace callboard::http::rest {
namespace {

constexpr std::string_view secure_name = "__Host-callboard";
constexpr std::string_view plain_name = "callboard";

std::string_view without_port(std::string_view host) {
  if (host.starts_with('['))
    return host.substr(0, std::min(host.size(), host.find(']') + 1));
  return host.substr(0, host.find(':'));
}

bool is_loopback_host(std::string_view host) {
  auto name = to_lower(without_port(host));
  if (name == "localhost" || name.ends_with(".localhost") || name == "[::1]")
    return true;
  // 127.0.0.0/8, written as four numbers: a name such as 127.0.0.1.example is none.
  return name.starts_with("127.") && std::count(name.begin(), name.end(), '.') == 3 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

std::string_view name_for(const request_context& request, std::string_view public_url) {
  return needs_secure_cookie(public_url, request.header("host")) ? secure_name : plain_name;
}

} // namespace

bool needs_secure_cookie(std::string_view public_url, std::string_view host) {
  return public_url.starts_with("https://") || !is_loopback_host(host);
}

std::string_view read_session_cookie(const request_context& request, std::string_view public_url) {
  return request.cookie(name_for(request, public_url));
}

void set_session_cookie(response& answer, const request_context& request, std::string_view public_url,
                        std::string_view token, std::int64_t seconds) {
  auto name = name_for(request, public_url);
  std::string cookie{name};
  cookie += '=';
  cookie += token;
  cookie += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(std::max<std::int64_t>(seconds, 0));
  if (name == secure_name)
    cookie += "; Secure";
  answer.with("Set-Cookie", std::move(cookie));
}

void clear_session_cookie(response& answer, const request_context& request, std::string_view public_url) {
  if (!read_session_cookie(request, public_url).empty())
    set_session_cookie(answer, request, public_url, {}, 0);
}

} // namespace callboard::http::rest
