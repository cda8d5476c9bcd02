#include "bin/callboard-cli/endpoint.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace callboard::cli {

namespace {

bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number != 0;
}

/// A name or an address as it may stand in a Host field. What is written with % is neither: decoded it could be
/// anything, also the end of that field.
bool is_host(const boost::urls::url_view& url) {
  if (url.host_type() == boost::urls::host_type::ipvfuture)
    return false;
  const std::string host = url.host_address();
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"-._~:"}.find(c) != std::string_view::npos;
  });
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
  if (view.has_userinfo() || view.has_query() || view.has_fragment() || !is_host(view))
    return std::nullopt;
  if (view.has_port() && !is_port(view.port()))
    return std::nullopt;
  endpoint where;
  where.secure = scheme == boost::urls::scheme::https;
  where.host = view.host_address();
  where.port = view.has_port() ? std::string(view.port()) : where.secure ? "443" : "80";
  where.base_path = view.encoded_path();
  if (!where.base_path.empty() && !where.base_path.starts_with('/'))
    return std::nullopt; // Boost.URL 1.81 takes what follows a port for a path
  while (where.base_path.ends_with('/'))
    where.base_path.pop_back();
  return where;
}

} // namespace callboard::cli
