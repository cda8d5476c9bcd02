#include "adapters/redis/url.hpp"

#include <charconv>
#include <optional>

namespace callboard::redis {
namespace {

constexpr std::uint32_t most_databases = 65'535;

template <class Number>
std::optional<Number> read_number(std::string_view text, Number least, Number most) {
  Number value{};
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

std::optional<std::string> decode(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    unsigned value = 0;
    auto digits = text.substr(i + 1, 2);
    auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || failure != std::errc{} || end != digits.data() + 2)
      return std::nullopt;
    plain += static_cast<char>(value);
    i += 2;
  }
  return plain;
}

std::string read_credentials(std::string_view text, address& result) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return "the part before '@' must be USER:PASSWORD or :PASSWORD";
  auto user = decode(text.substr(0, colon));
  auto password = decode(text.substr(colon + 1));
  if (!user || !password)
    return "the user or the password is not percent-encoded rightly";
  if (password->empty())
    return "the password is empty";
  result.user = std::move(*user);
  result.password = std::move(*password);
  return {};
}

std::string read_host(std::string_view text, address& result) {
  std::string_view port;
  if (text.starts_with('[')) {
    auto end = text.find(']');
    if (end == std::string_view::npos)
      return "the bracket of the address is not closed";
    result.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':')
      return "after the address comes :PORT";
    port = text;
  } else {
    auto colon = text.find(':');
    result.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (result.host.empty())
    return "the host is missing";
  if (port.empty())
    return {};
  auto number = read_number<std::uint16_t>(port.substr(1), 1, 65'535);
  if (!number)
    return "the port must be a number from 1 to 65535";
  result.port = *number;
  return {};
}

} // namespace

std::variant<address, std::string> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "redis://";
  if (url.starts_with("rediss://"))
    return std::string{
        "TLS to Redis (rediss://) is not offered; use redis:// on a private network or through a tunnel"};
  if (!url.starts_with(scheme))
    return std::string{"must begin with redis://"};
  url.remove_prefix(scheme.size());
  address result;
  if (auto at = url.rfind('@'); at != std::string_view::npos) {
    if (auto fault = read_credentials(url.substr(0, at), result); !fault.empty())
      return fault;
    url.remove_prefix(at + 1);
  }
  auto slash = url.find('/');
  if (slash != std::string_view::npos && slash + 1 < url.size()) {
    auto number = read_number<std::uint32_t>(url.substr(slash + 1), 0, most_databases);
    if (!number)
      return std::string{"after the host comes /DATABASE, a number"};
    result.database = *number;
  }
  if (auto fault = read_host(url.substr(0, slash), result); !fault.empty())
    return fault;
  return result;
}

std::string check_url(const std::string& url) {
  if (url.empty())
    return {};
  auto parsed = parse_url(url);
  auto* fault = std::get_if<std::string>(&parsed);
  return fault == nullptr ? std::string{} : std::move(*fault);
}

} // namespace callboard::redis
