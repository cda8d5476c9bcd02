#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/backoff.hpp"
#include "actors/open_answers.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

/// The name under which analytics keeps its positions.
inline constexpr const char* analytics_consumer = "analytics";

struct analytics_config {
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds source_deadline{10'000}; // for the log to begin
  std::chrono::milliseconds write_deadline{90'000};
  std::chrono::milliseconds first_retry{100};
  std::chrono::milliseconds longest_retry{5'000};
  /// For how long ids of events are kept: longer than the log keeps events, or one that comes again counts again.
  std::chrono::hours keep_ids{24 * 8};
  std::chrono::days keep_days{800};                // figures of single rooms and users
  std::chrono::milliseconds forget_every{600'000}; // what is older goes
  std::chrono::milliseconds forget_again{1'000};   // after a removal that left some
  std::uint32_t forget_limit = 1'000;              // rows of a kind at a time
  std::size_t most_known_users = 10'000;           // who were active today and are not written again
  std::function<timestamp()> wall_clock;           // required
  std::shared_ptr<node_probe> probe;
  tracer_ptr tracing;
  std::string system = "callboard"; // the log's name in spans: this, or "kafka"
};

struct analytics_neighbours {
  log_writer_actor writer;
  store_actor store;
  event_source_actor source;
};

using analytics_self_actor = log_consumer_actor::extend<caf::reacts_to<analytics_tick>>;

/// Counts the events of an owned partition, each exactly once. It asks the log for everything after the positions in
/// the store; of each batch it writes what the events add, their ids and the new position in one transaction, fenced
/// like every write of the partition, and answers the batch after the commit. An event that comes again, in whatever
/// way, is recognised by its id. It ends when somebody else owns the partition.
struct analytics_state {
  explicit analytics_state(analytics_self_actor::stateful_pointer<analytics_state> self);
  analytics_self_actor::behavior_type make_behavior(fence guard, analytics_config config,
                                                    analytics_neighbours neighbours);

  void start();
  void ask_source(std::vector<log_position> from);
  void begin_later();
  caf::result<done> take(const log_batch& batch);
  std::vector<live_span> begin_spans(const std::vector<domain_event>& events) const;
  void leave_out_known(std::vector<counted_event>& events) const;
  void note_known(const std::vector<counted_event>& events);
  void note_counted(const events_counted& counted, std::uint32_t repeated, timestamp last);
  void forget();

  analytics_self_actor::stateful_pointer<analytics_state> self;
  fence guard;
  analytics_config config;
  analytics_neighbours neighbours;
  core::backoff backoff{std::chrono::milliseconds{1}, std::chrono::milliseconds{1}};
  open_answers answers;            // to batches
  std::set<std::string> under_way; // streams of which a batch is being written
  // Users of whom the store knows that they were active on the latest day: most events tell it nothing new.
  day_number known_day{};
  std::unordered_set<user_id> known_users;
  bool is_watching = false; // over the log
  bool is_waiting = false;  // for the next try to begin

  static inline const char* name = "analytics";
};

analytics_self_actor::behavior_type analytics(analytics_self_actor::stateful_pointer<analytics_state> self, fence guard,
                                              analytics_config config, analytics_neighbours neighbours);

} // namespace callboard
