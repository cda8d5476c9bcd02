#include "actors/core/partitioning.hpp"

namespace callboard::core {

std::uint32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t multiplier = 0x5bd1e995;
  constexpr int shift = 24;
  auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])); };
  auto length = static_cast<std::uint32_t>(bytes.size());
  std::uint32_t hash = 0x9747b28c ^ length;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    std::uint32_t word = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    word *= multiplier;
    word ^= word >> shift;
    word *= multiplier;
    hash *= multiplier;
    hash ^= word;
  }
  auto rest = bytes.size() - i;
  if (rest >= 3)
    hash ^= byte(i + 2) << 16;
  if (rest >= 2)
    hash ^= byte(i + 1) << 8;
  if (rest >= 1) {
    hash ^= byte(i);
    hash *= multiplier;
  }
  hash ^= hash >> 13;
  hash *= multiplier;
  hash ^= hash >> 15;
  return hash;
}

partition_id partition_of(std::string_view key, unsigned partitions) {
  return static_cast<partition_id>((murmur2(key) & 0x7fffffffu) % partitions);
}

} // namespace callboard::core
