#pragma once

#include <chrono>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard {

struct personal_feed_config {
  std::chrono::milliseconds append_deadline{10'000};
};

/// Consumer of the event log that tells users of what happens to them elsewhere: a room never writes a user's stream,
/// which is another partition's, so `room.added` and `room.removed` come by way of the log. A batch is taken when every
/// stream it concerns has its event; a repetition finds them there, by the event's id.
struct personal_feed_state {
  explicit personal_feed_state(event_consumer_actor::stateful_pointer<personal_feed_state> self);
  event_consumer_actor::behavior_type make_behavior(personal_feed_config config, placement_actor placement);

  caf::result<done> take(const publish_events& batch);

  event_consumer_actor::stateful_pointer<personal_feed_state> self;
  personal_feed_config config;
  placement_actor placement;

  static inline const char* name = "personal_feed";
};

event_consumer_actor::behavior_type personal_feed(event_consumer_actor::stateful_pointer<personal_feed_state> self,
                                                  personal_feed_config config, placement_actor placement);

} // namespace callboard
