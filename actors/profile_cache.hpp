#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct profile_cache_config {
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds cache_deadline{1'000};
  std::size_t max_names = 64; // of one question; a longer one goes to the store as it is
  std::shared_ptr<node_probe> probe;
};

/// The store, with profiles (`get_user`) and names (`resolve_names`) answered from the cache where it has them. What
/// it does not have is read and kept under the cache's lease; a name that nobody has is not kept. Everything else goes
/// straight on to the store, and so do these two when the cache does not answer.
struct profile_cache_state {
  explicit profile_cache_state(store_actor::stateful_pointer<profile_cache_state> self);
  store_actor::behavior_type make_behavior(profile_cache_config config, store_actor store, cache_actor cache);

  struct names_question;
  using names_promise = caf::typed_response_promise<std::vector<member>>;

  caf::result<user_view> get(const get_user& question);
  void read_user(const get_user& question, std::string lease, caf::typed_response_promise<user_view> promise);
  caf::result<std::vector<member>> resolve(const resolve_names& question);
  void take_name(const std::shared_ptr<names_question>& question, std::size_t place, const cached_value& found);
  void read_names(const std::shared_ptr<names_question>& question);

  store_actor::stateful_pointer<profile_cache_state> self;
  profile_cache_config config;
  store_actor store;
  cache_actor cache;

  static inline const char* name = "profile_cache";
};

/// `probe` is required.
store_actor::behavior_type profile_cache(store_actor::stateful_pointer<profile_cache_state> self,
                                         profile_cache_config config, store_actor store, cache_actor cache);

/// Under which key the cache holds a profile, and a name (username or address, any case).
std::string profile_key(user_id user);
std::string name_key(const std::string& name);

} // namespace callboard
