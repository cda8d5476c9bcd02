#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct log_writer_config {
  std::size_t max_batch = 4096;                      // operations in one transaction
  std::size_t max_queue = 65'536;                    // operations waiting; past it: `overloaded`
  std::chrono::milliseconds commit_deadline{60'000}; // a disk that is this slow is taken for gone
  std::shared_ptr<node_probe> probe;
  std::function<void(partition_id)> outbox_grew = [](partition_id) {}; // wakes a partition's relay
  std::function<bool()> outbox_full = [] { return false; };            // what adds to it is refused then
  std::function<void(fence)> fenced = [](fence) {}; // somebody else took that partition over; told once for each epoch
  tracer_ptr tracing;
  std::string database = "sqlite"; // as OpenTelemetry names it
};

/// Whether an operation makes something new, with an event in the outbox: refused while the outbox is full. What ends
/// something (a session, a membership, a room, an account) and the course of a reminder that was accepted go on: they
/// must not wait, and there are no more of them than was made before.
template <class Operation>
inline constexpr bool adds_to_outbox =
    std::is_same_v<Operation, append_events> || std::is_same_v<Operation, create_room> ||
    std::is_same_v<Operation, add_members> || std::is_same_v<Operation, register_user> ||
    std::is_same_v<Operation, open_session> || std::is_same_v<Operation, create_reminder> ||
    std::is_same_v<Operation, tell_refused_login>;

/// Group commit. While a transaction runs, everything that comes in waits together; it becomes the next transaction
/// when the running one has ended, so there is no waiting time to tune: alone, an operation is committed at once, and
/// under load a commit carries hundreds. Each operation is answered after its commit. When a commit fails, all of its
/// operations are answered with the error: whether a commit whose answer was lost took place is for the sender to find
/// out, by repeating with its key.
struct log_writer_state {
  explicit log_writer_state(log_writer_actor::stateful_pointer<log_writer_state> self);
  log_writer_actor::behavior_type make_behavior(log_writer_config config, write_connection_actor connection);

  struct waiting_operation {
    write_op operation;
    std::function<void(write_answer&)> answer;
    std::optional<fence> guard = std::nullopt; // of operations that a partition's owner may do
    bool is_traced = false;
    std::vector<live_span> spans = {}; // of the transaction: one for each trace that has a part in the operation
  };

  template <class Operation>
  caf::result<typename Operation::result> enqueue(Operation& operation);
  void commit_next();
  void answer_all(std::vector<waiting_operation>& batch, const caf::error& reason);
  /// Begins the spans of a transaction, and makes them the parents of what the operations write.
  void begin_spans(std::vector<waiting_operation>& batch, write_batch& operations) const;
  void notice_fence(const waiting_operation& operation, const write_answer& answer);
  void note_claim(const std::vector<partition_id>& partitions, const write_answer& answer);

  log_writer_actor::stateful_pointer<log_writer_state> self;
  log_writer_config config;
  write_connection_actor connection;
  std::vector<waiting_operation> queue;
  // Of each partition, the epoch that was claimed by way of this writer; and the one after which nothing else is news.
  std::unordered_map<partition_id, epoch_number> claimed, fenced;
  bool committing = false;
  bool stopping = false; // asked to end: what waits is still committed, nothing new is taken

  static inline const char* name = "log_writer";
};

log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           log_writer_config config, write_connection_actor connection);

} // namespace callboard
