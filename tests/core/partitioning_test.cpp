#include <array>
#include <utility>

#include <doctest/doctest.h>

#include "actors/core/partitioning.hpp"

using namespace callboard;

TEST_CASE("murmur2 computes what Kafka's Java client computes") {
  // The vectors of org.apache.kafka.common.utils.UtilsTest.
  constexpr std::array<std::pair<std::string_view, std::int32_t>, 6> vectors{{
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  }};
  for (auto& [text, hash] : vectors) {
    CAPTURE(text);
    CHECK(static_cast<std::int32_t>(core::murmur2(text)) == hash);
  }
}

TEST_CASE("bytes above 127 are hashed as unsigned ones and the empty key has a hash") {
  CHECK(core::murmur2("\xff\xfe") != core::murmur2("\x7f\x7e"));
  CHECK(core::murmur2("") == core::murmur2(std::string_view{}));
}

TEST_CASE("a key's partition is the positive hash modulo their number") {
  CHECK(number_of(core::partition_of("21", 64)) == (static_cast<std::uint32_t>(-973932308) & 0x7fffffffu) % 64);
  CHECK(core::partition_of(room_id{21}, 64) == core::partition_of("21", 64));
  CHECK(core::partition_of(user_id{21}, 64) == core::partition_of("21", 64));
  for (int id = 1; id < 1000; ++id) {
    CHECK(number_of(core::partition_of(room_id{id}, 1)) == 0);
    CHECK(number_of(core::partition_of(room_id{id}, 7)) < 7);
  }
}

TEST_CASE("consecutive rooms are spread over all partitions") {
  std::array<int, 64> rooms{};
  for (int id = 1; id <= 6400; ++id)
    ++rooms[number_of(core::partition_of(room_id{id}, 64))];
  for (auto count : rooms) {
    CHECK(count > 50);
    CHECK(count < 150);
  }
}
