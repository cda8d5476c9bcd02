#include "adapters/redis/cache.hpp"

#include <algorithm>
#include <utility>

namespace callboard::redis {
namespace {

constexpr const char* index_of_copies = "copies";

std::string copy_key(const std::string& key) {
  return "copy:" + key;
}

cache_self_actor::behavior_type cache(cache_self_actor::stateful_pointer<cache_state> self, cache_config config,
                                      std::shared_ptr<client> redis) {
  return self->state.make_behavior(std::move(config), std::move(redis));
}

} // namespace

cache_state::cache_state(cache_self_actor::stateful_pointer<cache_state> pointer) : self(pointer) {}

cache_self_actor::behavior_type cache_state::make_behavior(cache_config settings, std::shared_ptr<client> to) {
  config = std::move(settings);
  redis = std::move(to);
  attempts = memory::attempt_book{{config.local.lock, config.local.max_keys}};
  rates = memory::rate_book{config.local.max_keys};
  return {
      [this](const reserve_attempt& request) { return reserve(request.keys); },
      [this](const settle_attempt& settled) { settle(settled); },
      [this](const take_rate& request) { return take(request); },
      [this](const find_cached& request) { return find(request); },
      [this](const keep_cached& copy) { keep(copy); },
      [this](const drop_cached& request) { return drop(request); },
      [](const resume& back) { (*back.work)(); },
      [this](redis_beat beat) { take_beat(beat); },
      [this](retry_tick) {
        retry_armed = false;
        review_waiting();
      },
  };
}

void cache_state::ask(script which, const std::vector<std::string>& keys, std::vector<std::string> arguments,
                      result_handler then) {
  auto me = caf::actor_cast<caf::actor>(self);
  redis->run(which, keys, std::move(arguments), [me, then = std::move(then)](result answer) {
    auto work = std::make_shared<std::function<void()>>([then, answer = std::move(answer)] { then(answer); });
    caf::anon_send(me, resume{std::move(work)});
  });
}

caf::result<cached_value> cache_state::find(const find_cached& request) {
  if (drops_forgotten || !unsent_drops.empty() || now() < no_copies_until)
    return cached_value{};
  auto promise = self->make_response_promise<cached_value>();
  auto lease = redis->unique_name();
  ask(script::find, {copy_key(request.key), index_of_copies},
      {lease, std::to_string(config.lease_life.count()), std::to_string(config.local.max_copies),
       std::to_string(config.local.copy_life.count())},
      [promise, lease](const result& answer) mutable {
        cached_value found;
        if (answer.how == outcome::ok && answer.value.type == reply::kind::nothing) {
          found.lease = lease;
        } else if (answer.how == outcome::ok && answer.value.text.starts_with('V')) {
          found.found = true;
          found.bytes = answer.value.text.substr(1);
        }
        promise.deliver(std::move(found));
      });
  return promise;
}

void cache_state::keep(const keep_cached& copy) {
  redis->run(script::keep, {copy_key(copy.key)},
             {copy.lease, copy.bytes, std::to_string(config.local.copy_life.count())}, [](const result&) {});
}

// The change is answered when Redis has forgotten, or cannot be reached: then this node reads no copies until it has.
caf::result<done> cache_state::drop(const drop_cached& request) {
  if (request.keys.empty())
    return done{};
  if (!redis->ready()) {
    remember_drops(request.keys);
    return done{};
  }
  auto promise = self->make_response_promise<done>();
  std::vector<std::string> keys{index_of_copies};
  std::transform(request.keys.begin(), request.keys.end(), std::back_inserter(keys), copy_key);
  ask(script::drop, keys, {}, [this, promise, dropped = request.keys](const result& answer) mutable {
    if (answer.how != outcome::ok)
      remember_drops(dropped);
    promise.deliver(done{});
  });
  return promise;
}

void cache_state::remember_drops(const std::vector<std::string>& keys) {
  unsent_drops.insert(keys.begin(), keys.end());
  if (unsent_drops.size() <= config.max_unsent_drops)
    return;
  drops_forgotten = true;
  unsent_drops.clear();
}

void cache_state::send_drops() {
  if (std::exchange(drops_forgotten, false))
    no_copies_until =
        now() + std::chrono::duration_cast<timestamp::duration>(config.local.copy_life + config.lease_life);
  constexpr std::size_t keys_of_command = 500;
  std::vector<std::string> keys{index_of_copies}, dropped;
  auto send = [this, &keys, &dropped] {
    ask(script::drop, std::exchange(keys, {index_of_copies}), {},
        [this, sent = std::exchange(dropped, {})](const result& answer) {
          if (answer.how == outcome::ok)
            for (auto& key : sent)
              unsent_drops.erase(key);
        });
  };
  for (auto& key : unsent_drops) {
    keys.push_back(copy_key(key));
    dropped.push_back(key);
    if (dropped.size() == keys_of_command)
      send();
  }
  if (!dropped.empty())
    send();
}

void cache_state::take_beat(redis_beat beat) {
  send_drops();
  if (beat.fresh)
    repeat_locks();
}

cache_actor spawn_cache(caf::actor_system& system, cache_config config, std::shared_ptr<client> redis) {
  auto spawned = system.spawn(cache, std::move(config), redis);
  client::listener listener;
  listener.beat = [target = caf::actor_cast<caf::actor_addr>(spawned)](bool fresh) {
    if (auto alive = caf::actor_cast<caf::actor>(target))
      caf::anon_send(alive, redis_beat{fresh});
  };
  redis->listen(std::move(listener));
  return spawned;
}

} // namespace callboard::redis
