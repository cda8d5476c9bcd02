#include "adapters/http/client_address.hpp"

#include <algorithm>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

namespace ip = boost::asio::ip;

ip::address_v6 as_v6(const ip::address& address) {
  return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

/// An address as proxies write it: bare, in brackets, or with a port.
bool parse_hop(std::string_view text, ip::address& address) {
  boost::system::error_code error;
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  address = ip::make_address(std::string{text}, error);
  return !error;
}

} // namespace

bool address_rules::set_trusted(const std::vector<std::string>& proxies, std::string& problem) {
  trusted_.clear();
  for (const auto& entry : proxies) {
    auto slash = entry.find('/');
    boost::system::error_code error;
    auto address = ip::make_address(entry.substr(0, slash), error);
    auto most = address.is_v4() ? 32u : 128u;
    auto length = slash == std::string::npos ? most : parse_number(entry.substr(slash + 1)).value_or(most + 1);
    if (error || length > most) {
      problem = "'" + entry + "' is neither an address nor a network like 10.0.0.0/8";
      return false;
    }
    trusted_.emplace_back(as_v6(address), static_cast<unsigned short>(address.is_v4() ? length + 96 : length));
  }
  return true;
}

bool address_rules::is_trusted(const ip::address& address) const {
  auto wide = as_v6(address);
  return std::any_of(trusted_.begin(), trusted_.end(), [&wide](const ip::network_v6& network) {
    return ip::network_v6{wide, network.prefix_length()}.canonical() == network.canonical();
  });
}

ip::address address_rules::client_of(const ip::address& peer, const request_head& head) const {
  auto client = peer;
  if (trusted_.empty() || !is_trusted(peer))
    return client;
  std::vector<std::string_view> hops;
  for (const auto& [name, value] : head.headers)
    if (name == "x-forwarded-for")
      for_each_item(value, [&hops](std::string_view hop) { hops.push_back(hop); });
  for (auto hop = hops.rbegin(); hop != hops.rend() && is_trusted(client); ++hop) {
    ip::address address;
    if (!parse_hop(*hop, address))
      break;
    client = address;
  }
  return client;
}

std::string address_key(const ip::address& address) {
  if (address.is_v4())
    return address.to_v4().to_string();
  auto wide = address.to_v6();
  if (wide.is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, wide).to_string();
  return ip::network_v6{wide, 64}.canonical().to_string();
}

} // namespace callboard::http
