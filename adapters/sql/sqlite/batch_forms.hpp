#pragma once

#include <memory>

#include "adapters/sql/analytics.hpp"
#include "adapters/sql/append_together.hpp"
#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// What SQLite does for a whole batch with one statement, whose rows it takes from memory (batch_rows.hpp). They are
/// forms of `write_options`, for connections to SQLite files only.

/// Looks all client keys up and inserts all events with a few statements; one statement a room moves its end.
///
/// A room's client keys come into their index (`message_keys`) some at a time: each message would change a page of it,
/// as it does one of the log, and half of what a commit writes would be that. The keys of the events after
/// `rooms.keyed_offset` are found in the log itself.
std::unique_ptr<append_forms> append_from_memory();

/// Inserts all events of the transaction, partition by partition.
void flush_outbox_from_memory(work& unit);

/// Keeps all ids with one statement, and adds to all rooms, users and figures with one each.
std::shared_ptr<counting_forms> count_from_memory();

} // namespace callboard::sql
