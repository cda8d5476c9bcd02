#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/sql/driver.hpp"
#include "adapters/sql/event_ids.hpp"
#include "messages/messages.hpp"

namespace callboard::sql {

/// What all repositories are told about the installation.
struct store_settings {
  unsigned partitions = 64; // fixed per installation
  /// The partition of an aggregate's decimal id, as the event log computes it.
  std::function<partition_id(std::string_view key)> partition_of;
  /// The time given to what is written.
  std::function<timestamp()> clock;
  /// How long entries of the audit log are kept.
  std::chrono::hours keep_audit{24 * 400};

  template <class Id>
  partition_id partition_for(Id id) const {
    return partition_of(to_string(id));
  }
};

/// Ends an operation with an error that is its answer; thrown by repositories, caught by the executor.
struct refusal {
  caf::error error;
};

[[noreturn]] inline void refuse(errc code, std::string detail, std::vector<field_error> fields = {}) {
  throw refusal{make_failure(code, std::move(detail), std::move(fields))};
}

/// An event of protocol.md section 3 on its way to the outbox.
struct outbox_row {
  partition_id partition{};
  event_id id;
  std::string_view type;  // a literal
  std::string_view topic; // a literal
  std::int64_t key = 0;
  std::string data;
  trace_context trace;
};

/// A row of `partitions`, read once a transaction.
struct partition_row {
  epoch_number epoch{};
  std::string owner;
};

class counting_forms;

/// What the operations of one write transaction share.
struct work {
  connection& db;
  const store_settings& settings;
  event_ids& ids;
  timestamp now;
  counting_forms* counting = nullptr; // how this database counts events
  std::vector<outbox_row> outbox;     // written at the end of the transaction
  std::unordered_map<partition_id, partition_row> partitions;
  trace_context trace = {}; // of the operation that is run: its events carry it on

  /// Adds an event of an aggregate and answers the event's id.
  event_id emit(partition_id partition, std::string_view topic, std::string_view type, std::int64_t key,
                std::string data) {
    auto id = ids.next(now);
    outbox.push_back({partition, id, type, topic, key, std::move(data), trace});
    return id;
  }
};

/// Whether an event of this transaction carries a trace on: most do not, and have no column for it.
inline bool is_traced(const work& unit) {
  return std::any_of(unit.outbox.begin(), unit.outbox.end(), [](const outbox_row& row) { return !row.trace.empty(); });
}

/// What queries are answered from.
struct reading {
  connection& db;
  const store_settings& settings;
};

inline constexpr std::string_view users_topic = "callboard.users";
inline constexpr std::string_view rooms_topic = "callboard.rooms";
inline constexpr std::string_view reminders_topic = "callboard.reminders";
inline constexpr std::string_view notifications_topic = "callboard.notifications";

} // namespace callboard::sql
