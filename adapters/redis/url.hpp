#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "messages/secret_text.hpp"

namespace callboard::redis {

/// Where a Redis listens, and as whom to speak to it.
struct address {
  std::string host;
  std::uint16_t port = 6379;
  std::string user;     // empty: the default user
  secret_text password; // empty: none is sent
  std::uint32_t database = 0;
};

/// Reads `redis://[[user]:password@]host[:port][/database]`; user and password may be percent-encoded, an IPv6 address
/// stands in brackets. The other answer is a sentence for the operator, without the password.
std::variant<address, std::string> parse_url(std::string_view url);

/// Why an URL cannot be used, as a sentence; empty if it can, or is empty.
std::string check_url(const std::string& url);

} // namespace callboard::redis
