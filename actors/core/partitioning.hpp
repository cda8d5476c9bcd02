#pragma once

#include <cstdint>
#include <string_view>

#include "messages/ids.hpp"

namespace callboard::core {

/// MurmurHash2 with Kafka's seed, byte for byte what `org.apache.kafka.common.utils.Utils.murmur2` computes.
std::uint32_t murmur2(std::string_view bytes);

/// The partition of a key among `partitions`, as Kafka's Java client places it.
partition_id partition_of(std::string_view key, unsigned partitions);

inline partition_id partition_of(room_id id, unsigned partitions) {
  return partition_of(to_string(id), partitions);
}
inline partition_id partition_of(user_id id, unsigned partitions) {
  return partition_of(to_string(id), partitions);
}

} // namespace callboard::core
