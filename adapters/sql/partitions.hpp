#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

std::vector<epoch_number> apply(work& unit, const claim_partitions& op);

/// Owner and epoch of a partition, read once a transaction; refuses a partition that does not exist.
const partition_row& partition_of_store(work& unit, partition_id id);

/// Refuses with `moved` unless the store has exactly this epoch.
void check_fence(work& unit, const fence& guard);

} // namespace callboard::sql
