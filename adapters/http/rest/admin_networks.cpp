#include "adapters/http/rest/admin_networks.hpp"

#include <algorithm>
#include <optional>

#include <boost/asio/ip/address.hpp>

#include "adapters/http/text.hpp"

namespace callboard::http::rest {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned short mapped_prefix = 96; // of an IPv4 address in IPv6

std::optional<ip::network_v6> parse_network(std::string_view text) {
  auto slash = text.find('/');
  boost::system::error_code error;
  auto address = ip::make_address(std::string{text.substr(0, slash)}, error);
  if (error)
    return std::nullopt;
  auto most = address.is_v4() ? 32u : 128u;
  auto length = slash == std::string_view::npos ? most : parse_number(text.substr(slash + 1)).value_or(most + 1);
  if (length > most)
    return std::nullopt;
  auto prefix = static_cast<unsigned short>(length);
  if (address.is_v4())
    return ip::network_v6{ip::make_address_v6(ip::v4_mapped, address.to_v4()),
                          static_cast<unsigned short>(prefix + mapped_prefix)};
  return ip::network_v6{address.to_v6(), prefix};
}

bool is_mapped(const ip::network_v6& network) {
  return network.address().is_v4_mapped();
}

bool covers(const ip::network_v6& allowed, const ip::network_v6& client) {
  if (is_mapped(allowed) != is_mapped(client))
    return false;
  auto prefix = std::min(allowed.prefix_length(), client.prefix_length());
  return ip::network_v6{allowed.address(), prefix}.canonical() == ip::network_v6{client.address(), prefix}.canonical();
}

} // namespace

bool admin_networks::set(const std::vector<std::string>& networks, std::string& problem) {
  networks_ = {*parse_network("127.0.0.0/8"), *parse_network("::1/128")};
  bool good = true;
  for (const auto& text : networks) {
    if (auto network = parse_network(text)) {
      networks_.push_back(*network);
    } else {
      good = false;
      problem = "'" + text + "' is neither an address nor a network like 10.0.0.0/8";
    }
  }
  return good;
}

bool admin_networks::contain(std::string_view address) const {
  auto client = parse_network(address);
  return client && std::any_of(networks_.begin(), networks_.end(),
                               [&](const ip::network_v6& allowed) { return covers(allowed, *client); });
}

} // namespace callboard::http::rest
