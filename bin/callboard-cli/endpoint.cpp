#include "bin/callboard-cli/endpoint.hpp"

#include <boost/url/parse.hpp>

#include <charconv>
#include <cstdint>

namespace callboard::cli {

namespace {

bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number != 0;
}

} // namespace

std::string endpoint::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : '[' + host + ']';
  return port == (secure ? "443" : "80") ? name : name + ':' + port;
}

std::optional<endpoint> parse_endpoint(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed)
    return std::nullopt;
  const auto& view = *parsed;
  const auto scheme = view.scheme_id();
  if (scheme != boost::urls::scheme::http && scheme != boost::urls::scheme::https)
    return std::nullopt;
  if (view.has_userinfo() || view.has_query() || view.has_fragment() || view.host().empty())
    return std::nullopt;
  if (view.has_port() && !is_port(view.port()))
    return std::nullopt;
  endpoint where;
  where.secure = scheme == boost::urls::scheme::https;
  where.host = view.host_address();
  where.port = view.has_port() ? std::string(view.port()) : where.secure ? "443" : "80";
  where.base_path = view.encoded_path();
  while (where.base_path.ends_with('/'))
    where.base_path.pop_back();
  return where;
}

} // namespace callboard::cli
