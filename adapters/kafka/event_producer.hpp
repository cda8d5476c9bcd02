#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "adapters/kafka/client.hpp"
#include "adapters/kafka/deliveries.hpp"
#include "adapters/kafka/options.hpp"
#include "adapters/kafka/topics.hpp"
#include "messages/messages.hpp"

namespace callboard::kafka {

/// What the producer's threads and timers tell its actor.
struct delivered {
  std::vector<delivery> all;
};
struct producer_broken {
  std::uint64_t generation = 0; // of the producer that it is about
  std::string words;
};
struct batch_late {
  std::uint64_t batch = 0;
  partition_id partition{};
};
struct connect_again {};

using event_producer_actor = event_log_actor::extend<caf::reacts_to<delivered>, caf::reacts_to<producer_broken>,
                                                     caf::reacts_to<batch_late>, caf::reacts_to<connect_again>>;

/// Publishes batches to Kafka: idempotent, acknowledged by all replicas, each event in the partition that it names.
/// A batch is answered when every event of it is acknowledged.
///
/// What is given to librdkafka stays with it until the broker answers, however long that takes; so nothing overtakes,
/// and when a batch that was not acknowledged in time comes back, its events are found under way and waited for, not
/// sent a second time. Only a producer that is made anew sends them again, with the same ids.
///
/// The first message to a partition of a topic goes alone: a broker takes any sequence number of a producer of whom it
/// knows nothing there. Were the first request lost and the second one taken, librdkafka would count both as taken
/// (KIP-360 says why brokers do so). Once it has acknowledged one, it refuses whatever would leave a hole.
///
/// An event that is refused for its own sake (too large, not valid) is sent once more alone, since librdkafka reports
/// a refusal for all messages of a request. If the topic, looked at again, still refuses it, it is dead: kept in the
/// store, then told to `callboard.dead`; the others go on. Every other error refuses the batch, for the relay to try
/// again.
struct event_producer_state {
  enum class progress : std::uint8_t { waiting, sent, taken, refused };
  struct target {
    std::string topic, key, value; // an empty value: the event's data
    std::int32_t partition = 0;
    progress now = progress::waiting;
  };
  struct pending_event {
    domain_event event;
    std::vector<target> targets;
    std::string reason;      // why a target was refused
    bool alone = false;      // it had, or needs, no second try
    std::uint64_t batch = 0; // the one that waits for it
    bool is(progress what) const;
    bool settled() const;
  };
  using event_ptr = std::shared_ptr<pending_event>;
  struct batch {
    std::uint64_t number = 0;
    partition_id partition{};
    caf::typed_response_promise<done> promise;
    std::vector<event_ptr> events;
    std::size_t open = 0;      // events that are not settled
    bool looked_again = false; // whether the topics still refuse what they refused
  };
  using batch_ptr = std::shared_ptr<batch>;
  struct partition_entry {
    std::unordered_map<event_id, event_ptr> events; // of the batch under way, or of the last one that was not answered
    batch_ptr current;
  };
  /// What the broker knows of this producer in a partition of a topic.
  struct acquaintance {
    std::chrono::steady_clock::time_point heard; // its last acknowledgement
    bool asked = false;                          // a first message is under way, alone
    bool holds(std::chrono::steady_clock::time_point now) const;
  };
  struct ticket_entry {
    partition_id partition{};
    event_ptr event;
    std::size_t target = 0;
    acquaintance* broker = nullptr;
    bool first = false;
  };

  explicit event_producer_state(event_producer_actor::stateful_pointer<event_producer_state> self);
  ~event_producer_state();
  event_producer_actor::behavior_type make_behavior(options settings, log_writer_actor writer);

  void connect();
  void start_producer(topic_table known);
  void stop_producer();
  void give_up_for_now(const caf::error& reason);

  caf::result<done> publish(publish_events& request);
  event_ptr prepare(partition_id partition, domain_event event) const;
  caf::error send(partition_id partition, const event_ptr& event);
  rd_kafka_resp_err_t produce(const domain_event& event, const target& to, std::uint64_t ticket);
  void settle(const delivery& report);
  void count(rd_kafka_resp_err_t code) const;
  void send_held_back();
  void go_on(const batch_ptr& mine);
  void finish(const batch_ptr& mine);
  void look_again(const batch_ptr& mine, std::vector<event_ptr> dead);
  void bury(const batch_ptr& mine, std::vector<event_ptr> dead);
  void tell_dead_topic(const pending_event& dead);
  void fail(const batch_ptr& mine, caf::error reason);

  event_producer_actor::stateful_pointer<event_producer_state> self;
  options settings;
  log_writer_actor writer;
  topic_keeper_actor keeper;
  std::shared_ptr<std::atomic<bool>> stopping = std::make_shared<std::atomic<bool>>(false);
  topic_table topics;
  std::unique_ptr<client> producer;
  std::unique_ptr<delivery_thread> deliveries;
  std::unordered_map<partition_id, partition_entry> partitions;
  std::unordered_map<std::uint64_t, ticket_entry> tickets;                    // of messages given to librdkafka
  std::map<std::pair<std::string, std::int32_t>, acquaintance> acquaintances; // by topic and partition
  std::uint64_t last_ticket = 0, last_batch = 0, generation = 0;
  std::string why_not = "Kafka: not reached yet"; // while there is no producer
  unsigned tries = 0;

  static inline const char* name = "event_producer";
};

event_producer_actor::behavior_type event_producer(event_producer_actor::stateful_pointer<event_producer_state> self,
                                                   options settings, log_writer_actor writer);

} // namespace callboard::kafka

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::delivered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::producer_broken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::batch_late)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::connect_again)
