#include "adapters/sql/partitions.hpp"

namespace callboard::sql {

const partition_row& partition_of_store(work& unit, partition_id id) {
  auto known = unit.partitions.find(id);
  if (known != unit.partitions.end())
    return known->second;
  auto found = select(unit.db, "SELECT epoch, owner FROM partitions WHERE id = $1", id);
  if (!found.next())
    refuse(errc::internal, "There is no partition " + to_string(id) + ".");
  partition_row row{found.get<epoch_number>(0), found.get<std::string>(1)};
  return unit.partitions.emplace(id, std::move(row)).first->second;
}

void check_fence(work& unit, const fence& guard) {
  if (partition_of_store(unit, guard.partition).epoch != guard.epoch)
    refuse(errc::moved, "Partition " + to_string(guard.partition) + " has another epoch.");
}

std::vector<epoch_number> apply(work& unit, const claim_partitions& op) {
  std::vector<epoch_number> epochs;
  for (auto id : op.partitions) {
    // Read again by the operations that follow, and not before this one holds.
    unit.partitions.erase(id);
    auto found = select(unit.db, "UPDATE partitions SET owner = $2, epoch = epoch + 1 WHERE id = $1 RETURNING epoch",
                        id, op.owner);
    if (!found.next())
      refuse(errc::internal, "There is no partition " + to_string(id) + ".");
    epochs.push_back(found.get<epoch_number>(0));
  }
  return epochs;
}

} // namespace callboard::sql
