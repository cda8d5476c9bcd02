#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/network_v6.hpp>

namespace callboard::http::rest {

/// From where operators come: loopback, and the networks that are configured.
class admin_networks {
public:
  /// False, and a sentence in `problem`, if an entry is neither an address nor a network in CIDR form; the entries that
  /// are good count nevertheless.
  bool set(const std::vector<std::string>& networks, std::string& problem);

  /// `address` as a request's origin has it: an IPv4 address, or the /64 network of an IPv6 address. Of a network that
  /// is narrower than /64, the whole /64 counts.
  bool contain(std::string_view address) const;

private:
  std::vector<boost::asio::ip::network_v6> networks_; // IPv4 as mapped
};

} // namespace callboard::http::rest
