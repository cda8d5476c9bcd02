#include "tests/redis/redis_server.hpp"

#include <csignal>
#include <cstdlib>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/eventually.hpp"

namespace callboard::test {
namespace {

std::string print(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_INTEGER)
    return std::to_string(reply.integer);
  std::string text;
  if (reply.type == REDIS_REPLY_ARRAY) {
    for (std::size_t i = 0; i < reply.elements; ++i)
      text += (i > 0 ? " " : "") + print(*reply.element[i]);
    return text;
  }
  return reply.str != nullptr ? std::string{reply.str, reply.len} : text;
}

} // namespace

redis::address shared_redis() {
  const auto* url = std::getenv("CALLBOARD_TEST_REDIS_URL");
  REQUIRE_MESSAGE(url != nullptr, "CALLBOARD_TEST_REDIS_URL is not set: `scripts/services start redis` starts a Redis "
                                  "and `scripts/services status redis` prints its address");
  auto parsed = redis::parse_url(url);
  REQUIRE(std::holds_alternative<redis::address>(parsed));
  return std::get<redis::address>(parsed);
}

std::uint16_t free_port() {
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor probe{loop, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  return probe.local_endpoint().port();
}

redis_server::redis_server() : port_(free_port()) {
  start();
}

redis_server::~redis_server() {
  kill();
}

void redis_server::start() {
  auto port = std::to_string(port_);
  process_ = ::fork();
  REQUIRE(process_ >= 0);
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    auto nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execlp("redis-server", "redis-server", "--port", port.c_str(), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--set-proc-title", "no", nullptr);
    ::_exit(127);
  }
  if (!eventually([this] { return run({"PING"}) == "PONG"; }))
    FAIL("redis-server does not start: is the package redis-server installed?");
}

void redis_server::kill() {
  if (process_ <= 0)
    return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

void redis_server::freeze() {
  ::kill(process_, SIGSTOP);
}

void redis_server::thaw() {
  ::kill(process_, SIGCONT);
}

std::string redis_server::run(const std::vector<std::string>& words) const {
  std::unique_ptr<redisContext, decltype(&redisFree)> link{redisConnectWithTimeout("127.0.0.1", port_, timeval{60, 0}),
                                                           redisFree};
  if (!link || link->err != 0)
    return "no connection";
  redisSetTimeout(link.get(), timeval{60, 0});
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  for (auto& word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  std::unique_ptr<void, decltype(&freeReplyObject)> answer{
      redisCommandArgv(link.get(), static_cast<int>(words.size()), starts.data(), sizes.data()), freeReplyObject};
  return answer ? print(*static_cast<redisReply*>(answer.get())) : "no answer";
}

redis::address redis_server::where() const {
  redis::address address;
  address.host = "127.0.0.1";
  address.port = port_;
  return address;
}

} // namespace callboard::test
