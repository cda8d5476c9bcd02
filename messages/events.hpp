#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/ids.hpp"
#include "messages/trace.hpp"

namespace callboard {

struct done;

/// A committed event: as it stands in the outbox, or as it was read from the log. The typed fields are those that
/// consumers inside callboard need; they are filled from the outbox only.
struct domain_event {
  std::int64_t position = 0; // rises within a stream: a partition of the outbox, or a topic's partition
  event_id id;
  std::string type;  // "message.created", ...
  std::string topic; // "callboard.rooms", ...
  std::string key;   // the aggregate's id in decimal
  std::string data;  // the JSON value
  timestamp created_at;
  room_id room{}; // of room events
  std::string room_name;
  std::vector<user_id> users; // member events: who; room.deleted: all members
  trace_context trace;        // of the request that it follows from, if that is in one
};

/// An event that the log refused for its own sake (too large, not valid), kept until an admin replays it.
struct dead_event {
  partition_id partition{};
  domain_event event;
  std::string reason;
  timestamp died_at; // given by the store
};

// --- reading the log, partition by partition ---
//
// A consumer is an actor for one partition. It keeps, in one transaction with what it makes of the events, where to go
// on in each stream (`log_position`) and, because a crash of the publisher repeats events, the ids it has seen. At its
// start it asks the log for everything after those positions with `consume_partition`; from then on it is handed
// batches, one at a time for each stream, and answers each when it is committed. That is all of the flow control: the
// log reads ahead by a bounded number of bytes and stops. A batch that is refused, or not answered in time, is handed
// over again, the same or more, after a pause.
//
// The log watches the consumer: when it goes down its partition is no longer read, and who takes its place asks anew.
// The consumer watches the log in turn. The embedded log keeps an event until every consumer has answered for it, and
// so waits for the consumers that it was told of; Kafka keeps events by age, whoever reads.

/// Where to go on in a stream.
struct log_position {
  std::string stream;    // a topic; the embedded log has one stream for all topics, `embedded_stream`
  std::int64_t next = 0; // the position of the first event that is wanted; what is older was taken
};
inline constexpr const char* embedded_stream = "outbox";

/// Consecutive events of one stream of a partition.
struct log_batch {
  partition_id partition{};
  std::string stream;
  std::vector<domain_event> events; // in order; repetitions carry the same id
  std::int64_t next = 0;            // to be kept as the stream's `log_position` when these events are taken
};
using log_consumer_actor = caf::typed_actor<caf::replies_to<log_batch>::with<done>>;

/// Begins to hand over the events of a partition. Streams that are not among the positions begin at their first event.
/// Asked again under the same name for the same partition, it replaces what was asked before.
/// Errors: `bad_request` (no such partition), `unavailable` (the log does not answer: ask again).
struct consume_partition {
  std::string consumer; // "analytics"
  partition_id partition{};
  std::vector<log_position> from;
  log_consumer_actor taker;
};
/// No longer hands over events of this partition.
struct leave_partition {
  std::string consumer;
  partition_id partition{};
};
using event_source_actor =
    caf::typed_actor<caf::replies_to<consume_partition>::with<done>, caf::reacts_to<leave_partition>>;

} // namespace callboard
