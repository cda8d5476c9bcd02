#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct key_watch_config {
  std::chrono::milliseconds interval{2'000};
  std::chrono::milliseconds store_deadline{5'000};
  std::function<timestamp()> wall_clock;
  std::shared_ptr<node_probe> probe;
  std::function<void(const std::string& sentence)> report; // for the operator; may be empty
};

using key_watch_actor = caf::typed_actor<caf::reacts_to<key_tick>>;

/// Asks the store again and again for the keys of access tokens, so that this node learns of a new, or a retired, key
/// within `interval` and the time of one query, whoever changed it; and removes keys whose last token has ended. When
/// it does what is written in the keys themselves: a store that does not answer delays nothing.
struct key_watch_state {
  explicit key_watch_state(key_watch_actor::stateful_pointer<key_watch_state> self);
  key_watch_actor::behavior_type make_behavior(key_watch_config config, store_actor store, log_writer_actor writer,
                                               std::shared_ptr<key_holder> holder, std::vector<scheduled_key> known);
  void look();
  void adopt(const std::vector<signing_key_record>& stored);
  void remove_ended();
  void fail(const std::string& sentence);

  key_watch_actor::stateful_pointer<key_watch_state> self;
  key_watch_config config;
  store_actor store;
  log_writer_actor writer;
  std::shared_ptr<key_holder> holder;
  std::vector<scheduled_key> known; // what the holder has
  std::string last_failure;         // told once

  static inline const char* name = "key_watch";
};

/// `known` are the keys that `holder` has already.
key_watch_actor::behavior_type key_watch(key_watch_actor::stateful_pointer<key_watch_state> self,
                                         key_watch_config config, store_actor store, log_writer_actor writer,
                                         std::shared_ptr<key_holder> holder, std::vector<scheduled_key> known);

} // namespace callboard
