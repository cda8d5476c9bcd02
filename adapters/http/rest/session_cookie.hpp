#pragma once

#include <string>
#include <string_view>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"

namespace callboard::http::rest {

/// The cookie that carries a browser's refresh token (security.md 19): `__Host-callboard` with Secure, or, on a
/// loopback host over plain http, where browsers refuse that, `callboard`. Always HttpOnly, SameSite=Strict, Path=/.

/// Whether the cookie needs Secure. `public_url`: as configured, may be empty; `host`: the request's Host.
bool needs_secure_cookie(std::string_view public_url, std::string_view host);

/// The refresh token of the request's cookie, or an empty text.
std::string_view read_session_cookie(const request_context& request, std::string_view public_url);

/// Sets the cookie for `seconds`; 0 removes it.
void set_session_cookie(response& answer, const request_context& request, std::string_view public_url,
                        std::string_view token, std::int64_t seconds);

/// Removes the cookie if the request brought one.
void clear_session_cookie(response& answer, const request_context& request, std::string_view public_url);

/// The cookie by which a browser is known that logged in before (security.md 5), `__Host-callboard-device` or
/// `callboard-device`: with the same attributes. It stays when the session ends.
std::string_view read_device_cookie(const request_context& request, std::string_view public_url);
void set_device_cookie(response& answer, const request_context& request, std::string_view public_url,
                       std::string_view token, std::int64_t seconds);

} // namespace callboard::http::rest
