// Who is the client behind proxies: the peer's address, the trusted networks separated by commas, and the values of
// X-Forwarded-For, a line each.
//
// Always so: a peer that is no trusted proxy speaks for itself, whatever it sends. What a trusted one appended counts
// before everything that came with the request, so no client can choose its address by sending the field itself.
#include "adapters/http/client_address.hpp"
#include "adapters/http/text.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using namespace callboard::http;
using fuzz::require;
namespace ip = boost::asio::ip;

namespace {

request_head head_of(std::string_view lines) {
  request_head head;
  while (!lines.empty()) {
    auto end = std::min(lines.find('\n'), lines.size());
    head.headers.emplace_back("x-forwarded-for", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return head;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  for_each_item(text, [&items](std::string_view item) { items.emplace_back(item); });
  return items;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input input{data, size};
  boost::system::error_code error;
  auto peer = ip::make_address(std::string{input.text()}, error);
  auto networks = list_of(input.text());
  auto head = head_of(input.rest());
  address_rules rules;
  std::string problem;
  if (!rules.set_trusted(networks, problem)) {
    require(!problem.empty());
    return 0;
  }
  if (error)
    return 0;

  auto client = rules.client_of(peer, head);
  auto key = address_key(client);
  require(!key.empty() && key.find_first_of(" \r\n\"") == std::string::npos);
  require(client.is_v4() || client.to_v6().is_v4_mapped() || key.ends_with("/64"));
  if (!rules.is_trusted(peer)) {
    require(client == peer);
    return 0;
  }
  const auto outside = ip::make_address("203.0.113.9");
  if (!rules.is_trusted(client)) {
    auto more = head;
    more.headers.insert(more.headers.begin(), {"x-forwarded-for", outside.to_string()});
    require(rules.client_of(peer, more) == client);
  }
  if (!rules.is_trusted(outside)) {
    auto more = head;
    more.headers.emplace_back("x-forwarded-for", outside.to_string());
    require(rules.client_of(peer, more) == outside);
  }
  return 0;
}
