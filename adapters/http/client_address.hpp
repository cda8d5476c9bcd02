#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "adapters/http/request.hpp"

namespace callboard::http {

/// Finds the address of the client behind proxies (security.md point 8).
class address_rules {
public:
  /// False and a sentence if an entry is neither an address nor a network in CIDR form.
  bool set_trusted(const std::vector<std::string>& proxies, std::string& problem);

  bool is_trusted(const boost::asio::ip::address& address) const;

  /// The peer itself, or, if it is a trusted proxy, the rightmost hop of X-Forwarded-For that is not one. A hop that
  /// is no address ends the search at the proxy that reported it.
  boost::asio::ip::address client_of(const boost::asio::ip::address& peer, const request_head& head) const;

private:
  std::vector<boost::asio::ip::network_v6> trusted_; // IPv4 as mapped networks
};

/// The text that stands for an address in limits and logs: IPv4 whole, IPv6 by its /64 ("2001:db8:0:1::/64").
std::string address_key(const boost::asio::ip::address& address);

} // namespace callboard::http
