#include "tests/redis/cache_nodes.hpp"

#include "adapters/crypto/uuid.hpp"
#include "adapters/memory/revocations.hpp"

namespace callboard::test {

timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

uuid session_number(std::uint16_t number) {
  uuid id;
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number & 0xff);
  return id;
}

memory::cache_config quick_rules() {
  memory::cache_config rules;
  rules.lock = 5s;
  rules.longest_wait = 20s;
  rules.copy_life = 60s;
  rules.wall_clock = wall_clock;
  return rules;
}

std::string fresh_prefix() {
  return "test:" + crypto::make_uuid() + ":";
}

redis::client_options options_for(const redis::address& where) {
  redis::client_options options;
  options.where = where;
  options.prefix = "test:";
  options.beat = 50ms;
  options.longest_pause = 200ms;
  return options;
}

memory_node::memory_node(memory::cache_config rules) {
  cache = system.spawn(memory::cache, std::move(rules));
  revocations = std::make_shared<memory::revocations>(wall_clock);
}

memory_node::~memory_node() {
  caf::anon_send_exit(cache, caf::exit_reason::user_shutdown);
}

void memory_node::flush() {
  ask<done>(drop_cached{}).get(); // the mailbox is in order
}

namespace {

redis::cache_config shared_by(memory::cache_config rules) {
  redis::cache_config shared;
  shared.local = std::move(rules);
  return shared;
}

} // namespace

redis_node::redis_node(redis::client_options options, memory::cache_config rules, bool wait)
    : redis_node(std::move(options), shared_by(std::move(rules)), wait) {}

redis_node::redis_node(redis::client_options options, redis::cache_config rules, bool wait) {
  options.probe = probe;
  client = std::make_shared<redis::client>(std::move(options));
  revocations = std::make_shared<redis::revocations>(client, wall_clock);
  cache = redis::spawn_cache(system, std::move(rules), client);
  client->start();
  if (wait)
    REQUIRE(eventually([this] { return client->ready() && client->feed_ready(); }));
}

redis_node::~redis_node() {
  caf::anon_send_exit(cache, caf::exit_reason::user_shutdown);
  cache = nullptr;
  client->stop();
}

void redis_node::flush() {
  ask<done>(drop_cached{}).get();
  auto answered = std::make_shared<std::promise<void>>();
  client->send({"PING"}, [answered](const redis::result&) { answered->set_value(); });
  answered->get_future().get();
}

} // namespace callboard::test
