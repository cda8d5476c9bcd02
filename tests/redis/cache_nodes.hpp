#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include "adapters/memory/cache.hpp"
#include "adapters/redis/cache.hpp"
#include "adapters/redis/client.hpp"
#include "adapters/redis/revocations.hpp"
#include "messages/messages.hpp"
#include "tests/eventually.hpp"
#include "tests/redis/redis_server.hpp"

namespace callboard::test {

using namespace std::chrono_literals;

timestamp wall_clock();
uuid session_number(std::uint16_t number);
/// Rules that a test can live through: locked for 2 s.
memory::cache_config quick_rules();

/// The cache and the revocations of one node, and a way to ask them.
class cache_node {
public:
  virtual ~cache_node() = default;

  template <class Answer, class Request>
  std::future<Answer> ask(Request request) {
    auto answer = std::make_shared<std::promise<Answer>>();
    auto future = answer->get_future();
    system.spawn([answer, target = cache, request = std::move(request)](caf::event_based_actor* self) mutable {
      self->request(target, 30s, std::move(request))
          .then([answer](Answer& value) { answer->set_value(std::move(value)); },
                [answer](caf::error& reason) {
                  answer->set_exception(std::make_exception_ptr(std::runtime_error{to_string(code_of(reason))}));
                });
    });
    return future;
  }
  /// One key, locked after `most` failures.
  std::vector<attempt_key> counted(const std::string& key) const {
    return most == 0 ? std::vector<attempt_key>{} : std::vector<attempt_key>{{key, most}};
  }
  std::future<attempt_verdict> attempt_of(std::vector<attempt_key> keys) {
    return ask<attempt_verdict>(reserve_attempt{std::move(keys)});
  }
  std::future<attempt_verdict> attempt(const std::string& key) { return attempt_of(counted(key)); }
  bool reserve(const std::string& key) { return attempt(key).get().outcome == attempt_outcome::taken; }
  /// So many log-ins at once, each settled as soon as it was verified; how many were.
  int log_in_together(const std::string& key, int count, bool success) {
    struct tally {
      std::atomic<int> verified{0}, answered{0};
    };
    auto all = std::make_shared<tally>();
    for (int i = 0; i < count; ++i)
      system.spawn([all, keys = counted(key), success, target = cache](caf::event_based_actor* self) {
        self->request(target, 60s, reserve_attempt{keys})
            .then(
                [=](const attempt_verdict& verdict) {
                  if (verdict.outcome == attempt_outcome::taken) {
                    ++all->verified;
                    self->send(target, settle_attempt{keys, success});
                  }
                  ++all->answered;
                },
                [=](caf::error&) {});
      });
    CHECK(eventually([&] { return all->answered == count; }));
    return all->verified;
  }
  void settle(const std::string& key, bool success) { settle(counted(key), success); }
  void settle(std::vector<attempt_key> keys, bool success) {
    caf::anon_send(cache, settle_attempt{std::move(keys), success});
    flush();
  }
  /// A log-in with a wrong password; whether it was verified.
  bool fail(const std::string& key) {
    bool allowed = reserve(key);
    if (allowed)
      settle(key, false);
    return allowed;
  }
  bool take(std::string key, std::uint32_t per_minute) {
    return ask<bool>(take_rate{std::move(key), per_minute}).get();
  }
  cached_value find(std::string key) { return ask<cached_value>(find_cached{std::move(key)}).get(); }
  void keep(std::string key, std::string lease, std::string bytes) {
    caf::anon_send(cache, keep_cached{std::move(key), std::move(lease), std::move(bytes)});
    flush();
  }
  void drop(std::string key) { ask<done>(drop_cached{{std::move(key)}}).get(); }
  /// Everything that was sent before has been taken in; over Redis, by Redis too.
  virtual void flush() = 0;

  std::uint32_t most = 3;
  caf::actor_system_config config;
  caf::actor_system system{config};
  cache_actor cache;
  std::shared_ptr<revocation_list> revocations;
};

/// The embedded form.
class memory_node final : public cache_node {
public:
  explicit memory_node(memory::cache_config rules = quick_rules());
  ~memory_node() override;
  void flush() override;
};

/// A node before a Redis. Those with one `prefix` share it.
class redis_node final : public cache_node {
public:
  redis_node(redis::client_options options, memory::cache_config rules = quick_rules(), bool wait = true);
  redis_node(redis::client_options options, redis::cache_config rules, bool wait = true);
  ~redis_node() override;
  void flush() override;

  std::shared_ptr<redis::client> client;
  std::shared_ptr<node_probe> probe = std::make_shared<node_probe>();
};

redis::client_options options_for(const redis::address& where);
/// Keys that no other test and no earlier run has.
std::string fresh_prefix();

} // namespace callboard::test
