#include <atomic>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "tests/redis/cache_nodes.hpp"

// Something listens where Redis should, and talks nonsense.

using namespace callboard;
using namespace callboard::test;

namespace {

namespace asio = boost::asio;

/// Says the same to everybody who connects, and then listens until they go.
class nonsense_server {
public:
  explicit nonsense_server(std::string text)
      : text_(std::move(text)), acceptor_(loop_, {asio::ip::make_address("127.0.0.1"), 0}) {
    accept();
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~nonsense_server() {
    loop_.stop();
    thread_.join();
  }
  redis::address where() const {
    redis::address address;
    address.host = "127.0.0.1";
    address.port = acceptor_.local_endpoint().port();
    return address;
  }
  std::atomic<int> visitors{0};

private:
  using socket_ptr = std::shared_ptr<asio::ip::tcp::socket>;

  void accept() {
    auto peer = std::make_shared<asio::ip::tcp::socket>(loop_);
    acceptor_.async_accept(*peer, [this, peer](boost::system::error_code failure) {
      if (failure)
        return;
      ++visitors;
      asio::async_write(*peer, asio::buffer(text_), [this, peer](boost::system::error_code, std::size_t) {
        listen(peer, std::make_shared<std::array<char, 4096>>());
      });
      accept();
    });
  }
  void listen(const socket_ptr& peer, const std::shared_ptr<std::array<char, 4096>>& buffer) {
    peer->async_read_some(asio::buffer(*buffer), [this, peer, buffer](boost::system::error_code failure, std::size_t) {
      if (!failure)
        listen(peer, buffer);
    });
  }

  std::string text_;
  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

} // namespace

TEST_CASE("whoever talks nonsense is no Redis: this node's own counts decide") {
  const auto greeting = repeated("+abcdef\r\n", static_cast<int>(redis::script_count));
  for (auto& text : {std::string{}, std::string{"HTTP/1.1 400 Bad Request\r\n\r\n"}, std::string(100'000, '\0'),
                     repeated("-ERR go away\r\n", 20), greeting, greeting + "nonsense\r\n",
                     greeting + "*1000000000\r\n", greeting + "$2000000000\r\n" + std::string(100'000, 'x'),
                     greeting + repeated(":1\r\n", 100), greeting + repeated("$-1\r\n", 100),
                     greeting + repeated("*1\r\n", 20), greeting + repeated("*3\r\n$7\r\nmessage\r\n$-1\r\n:1\r\n", 10),
                     greeting + repeated("*0\r\n", 50), std::string(6u << 20, '+')}) {
    auto shown = text.substr(0, 120);
    CAPTURE(shown);
    nonsense_server server{text};
    auto options = options_for(server.where());
    options.command_timeout = 100ms;
    options.connect_timeout = 300ms;
    auto rules = quick_rules();
    rules.lock = 60s;
    redis_node node{options, rules, false};
    CHECK(eventually([&] { return server.visitors >= 4; }));
    for (int i = 0; i < 3; ++i)
      CHECK(node.fail("a"));
    CHECK_FALSE(node.reserve("a"));
    CHECK(node.take("rate", 1));
    CHECK_FALSE(node.take("rate", 1));
    CHECK_FALSE(node.find("user:1").found);
    node.revocations->revoke(session_number(1), wall_clock() + 60s);
    CHECK(node.revocations->is_revoked(session_number(1)));
    CHECK_FALSE(node.revocations->is_revoked(session_number(2)));
  }
}
