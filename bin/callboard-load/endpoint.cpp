#include "bin/callboard-load/endpoint.hpp"

#include <cstring>
#include <memory>
#include <netdb.h>

namespace callboard::load {

outcome<endpoint> resolve(std::string_view url) {
  const bool secure = url.starts_with("wss://");
  const std::string_view scheme = secure ? "wss://" : "ws://";
  failure malformed{exit_code::usage, "--url must be ws://host[:port]/path or wss://..., not " + std::string{url}};
  if (!url.starts_with(scheme))
    return malformed;
  std::string_view rest = url.substr(scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  endpoint found;
  found.secure = secure;
  found.host = rest.substr(0, slash);
  found.target = slash < rest.size() ? std::string{rest.substr(slash)} : "/";
  const std::size_t colon = found.host.rfind(':');
  const std::string name = found.host.substr(0, colon);
  const std::string port = colon == std::string::npos ? secure ? "443" : "80" : found.host.substr(colon + 1);
  if (name.empty() || port.empty() || port.find_first_not_of("0123456789") != port.npos)
    return malformed;
  found.name = name;
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), port.c_str(), &hints, &list);
  if (error != 0)
    return failure{exit_code::unreachable, "cannot resolve " + name + ": " + gai_strerror(error)};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{list, freeaddrinfo};
  std::memcpy(&found.address, list->ai_addr, sizeof found.address);
  found.loopback = (ntohl(found.address.sin_addr.s_addr) >> 24) == 127;
  return found;
}

bool is_loopback_http(std::string_view url) {
  const std::string_view scheme = url.starts_with("https://") ? "https://" : "http://";
  if (!url.starts_with(scheme))
    return false;
  const outcome<endpoint> found = resolve("ws://" + std::string{url.substr(scheme.size())});
  return std::holds_alternative<endpoint>(found) && std::get<endpoint>(found).loopback;
}

} // namespace callboard::load
