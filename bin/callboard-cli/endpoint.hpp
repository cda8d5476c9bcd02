#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callboard::cli {

/// Where the server is.
struct endpoint {
  bool secure = false; ///< https and wss instead of http and ws
  std::string host;    ///< a name or an address, an IPv6 address without brackets
  std::string port;
  std::string base_path; ///< what every path begins with; empty or `/...` without a slash at its end

  /// `host:port` as in a Host header field, without the scheme's own port.
  std::string authority() const;
};

/// Reads `http://host[:port][/path]` or `https://...`; nothing for other schemes, user names, queries and fragments.
std::optional<endpoint> parse_endpoint(std::string_view url);

} // namespace callboard::cli
