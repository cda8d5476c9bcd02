#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/backoff.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct outbox_relay_config {
  std::uint32_t batch = 500;
  std::chrono::milliseconds pace{250};      // of consumers in process: between two reads, unless the last one was full
  std::chrono::milliseconds broker_pace{2}; // of the broker, which others read, so that news leave at once
  std::chrono::milliseconds trim_pace{0};   // between two removals of what was published
  std::chrono::milliseconds poll{5'000};    // a net, for wake-ups that were lost
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds publish_deadline{30'000};
  std::chrono::milliseconds write_deadline{90'000};
  std::chrono::milliseconds stop_deadline{2'000}; // for what is under way when the relay is asked to end
  std::shared_ptr<node_probe> probe;
  tracer_ptr tracing;
  std::string system = "callboard"; // the log's name in spans: this, or "kafka"
};

struct outbox_relay_neighbours {
  log_writer_actor writer;
  store_actor store;
  event_log_actor event_log; // the consumers in process
  event_log_actor broker;    // Kafka; none if the embedded log is all there is
};

using outbox_relay_self_actor = outbox_relay_actor::extend<caf::reacts_to<relay_tick>>;

/// Moves the committed events of a partition to the log, in order: reads a batch, publishes it, and removes it when
/// everybody has taken it. Consumers in process and the broker have a lane each, so that a broker that is down delays
/// nobody else; rows go when the last lane has passed them. A crash in between publishes events again, with the same
/// ids.
struct outbox_relay_state {
  /// One that events are published to, and how far it has come.
  struct lane {
    event_log_actor log;
    std::chrono::milliseconds pace{};
    std::int64_t published = 0; // the last position that it has taken
    std::int64_t told = 0;      // the position that another one has read since it read itself
    bool busy = false;          // reading, publishing, or pausing after it
    bool asked = false;         // reading or publishing
    bool grew = false;          // news came meanwhile
    core::backoff backoff{std::chrono::milliseconds{50}, std::chrono::milliseconds{5'000}};
  };

  explicit outbox_relay_state(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self);
  outbox_relay_self_actor::behavior_type make_behavior(fence guard, outbox_relay_config config,
                                                       outbox_relay_neighbours neighbours);

  void wake(unsigned number);
  void wake_those_behind(unsigned number, std::int64_t position);
  void resume(unsigned number);
  void read_next(unsigned number);
  void publish(unsigned number, std::vector<domain_event> events);
  std::vector<live_span> begin_spans(std::vector<domain_event>& events) const;
  void pause(unsigned number, std::chrono::milliseconds length);
  void wait_and_retry(unsigned number);
  void trim();
  void stop(caf::error reason);
  void quit_if_idle();
  bool is_broker(unsigned number) const { return number + 1 == lanes.size(); }

  outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self;
  fence guard;
  outbox_relay_config config;
  outbox_relay_neighbours neighbours;
  std::vector<lane> lanes;            // the one whose events count as published is the last
  std::int64_t trimmed = 0;           // up to this position rows are gone
  bool trimming = false;              // removing, or pausing until the next removal
  bool trim_asked = false;            // removing
  std::optional<caf::error> stopping; // why it ends
  std::uint64_t retries = 0;

  static inline const char* name = "outbox_relay";
};

outbox_relay_self_actor::behavior_type outbox_relay(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self,
                                                    fence guard, outbox_relay_config config,
                                                    outbox_relay_neighbours neighbours);

} // namespace callboard
