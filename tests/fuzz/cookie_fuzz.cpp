// The cookies of sessions and devices: the configured public URL, the request's Host, its Cookie field.
//
// Always so: a value that is read stands in the field as a whole cookie of exactly that name; what is set is read back
// among other cookies; it carries every attribute that keeps it, and does without Secure only on a loopback host.
#include <boost/asio/ip/address.hpp>

#include "adapters/http/rest/session_cookie.hpp"
#include "adapters/http/text.hpp"
#include "tests/fuzz/support.hpp"
#include "tests/rest/rest_support.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::rest;
using fuzz::require;

namespace {

struct cookie {
  std::string_view (*read)(const request_context&, std::string_view);
  void (*set)(response&, const request_context&, std::string_view, std::string_view, std::int64_t);
  std::string_view secure, plain;
};
constexpr cookie cookies[] = {
    {read_session_cookie, set_session_cookie, "__Host-callboard", "callboard"},
    {read_device_cookie, set_device_cookie, "__Host-callboard-device", "callboard-device"},
};

bool is_loopback(std::string_view host) {
  auto name = to_lower(host);
  if (auto end = name.find_last_not_of("0123456789"); end != std::string::npos && name[end] == ':')
    name.resize(end); // the port
  if (name == "localhost" || name.ends_with(".localhost") || name == "[::1]")
    return true;
  boost::system::error_code error;
  return boost::asio::ip::make_address_v4(name, error).is_loopback() && !error;
}

/// Whether `field` has `name=value` between semicolons, blanks aside.
bool holds(std::string_view field, std::string_view name, std::string_view value) {
  auto wanted = std::string{name} + '=' + std::string{value};
  for (std::size_t begin = 0; begin <= field.size();) {
    auto end = std::min(field.find(';', begin), field.size());
    if (trim(field.substr(begin, end - begin)) == wanted)
      return true;
    begin = end + 1;
  }
  return false;
}

void check(const cookie& kind, const std::string& url, const std::string& host, const std::string& field) {
  test::made_request request{{{"host", host}, {"cookie", field}}};
  const auto name = needs_secure_cookie(url, host) ? kind.secure : kind.plain;
  auto value = std::string{kind.read(request.context, url)};
  require(value.empty() || holds(field, name, value));

  response answer;
  kind.set(answer, request.context, url, value, 60);
  if (answer.headers.empty()) { // a value that would have split the answer
    require(value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos);
    return;
  }
  const auto& written = answer.headers.at(0).second;
  const auto pair = std::string{name} + '=' + value;
  const bool secure = name == kind.secure;
  require(written == pair + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=60" + std::string{secure ? "; Secure" : ""});
  test::made_request back{{{"host", host}, {"cookie", "a=1; x" + pair + "; " + pair + "; b=2"}}};
  require(kind.read(back.context, url) == value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input input{data, size};
  std::string url{input.text()}, host{input.text()}, field{input.rest()};
  if (!needs_secure_cookie(url, host))
    require(!url.starts_with("https://") && is_loopback(host));
  for (const auto& kind : cookies)
    check(kind, url, host, field);
  return 0;
}
