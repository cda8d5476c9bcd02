#pragma once

#include <memory>

#include "adapters/sql/analytics.hpp"
#include "adapters/sql/append_together.hpp"
#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// What PostgreSQL does for a whole batch with one statement each, its values in arrays (`unnest`). They are the forms
/// of `write_options`.

/// Locks the rows of all partitions that the batch is fenced by, in the order of their ids, so that nobody takes them
/// over before the batch has ended.
void lock_partitions(work& unit, const write_batch& batch);

/// Looks all client keys up, gives all offsets and inserts all events: three statements, however many messages.
std::unique_ptr<append_forms> append_by_arrays();

/// Numbers and inserts all events of the transaction: two statements.
void flush_outbox_together(work& unit);

/// Keeps all ids with one statement, and adds to all rooms, users and figures with one each.
std::shared_ptr<counting_forms> count_by_arrays();

} // namespace callboard::sql
