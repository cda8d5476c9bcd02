#include "adapters/redis/inspection.hpp"

#include "adapters/redis/connection.hpp"

namespace callboard::redis {
namespace {

/// The value of a line `name:value` of INFO.
std::string field_of(const std::string& text, const std::string& name) {
  auto begin = text.find("\n" + name + ":");
  if (begin == std::string::npos)
    return {};
  begin += name.size() + 2;
  return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
}

server_facts facts_of(const std::vector<reply>& greeting) {
  server_facts facts;
  for (auto& part : greeting) {
    if (auto version = field_of(part.text, "redis_version"); !version.empty())
      facts.version = std::move(version);
    if (auto policy = field_of(part.text, "maxmemory_policy"); !policy.empty())
      facts.eviction = std::move(policy);
    if (auto bound = field_of(part.text, "maxmemory"); !bound.empty())
      facts.bounded = bound != "0";
  }
  return facts;
}

} // namespace

std::variant<server_facts, std::string> inspect(const address& where, std::chrono::milliseconds timeout) {
  std::variant<server_facts, std::string> answer{std::string{"no answer"}};
  boost::asio::io_context loop;
  connection_options options;
  options.where = where;
  options.greeting = {{"INFO", "server"}, {"INFO", "memory"}};
  options.connect_timeout = timeout;
  connection::events events;
  events.ready = [&](const std::vector<reply>& greeting) {
    answer = facts_of(greeting);
    loop.stop();
  };
  events.lost = [&](const std::string& reason) {
    if (std::holds_alternative<std::string>(answer))
      answer = reason;
    loop.stop();
  };
  connection once{loop, options, events};
  once.start();
  loop.run_for(timeout);
  return answer;
}

} // namespace callboard::redis
