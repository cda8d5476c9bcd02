#include "actors/core/key_schedule.hpp"

#include <doctest/doctest.h>

using namespace callboard;
using namespace callboard::core;
using namespace std::chrono_literals;

namespace {

constexpr timestamp noon{1'800'000'000'000ms};

signing_key_record key_from(const std::string& id, timestamp signs_from) {
  signing_key_record key;
  key.id = id;
  key.signs_from = signs_from;
  key.token_life = 15min;
  return key;
}

} // namespace

TEST_CASE("a key is good until the last token that it signed has ended; the last key has no end") {
  auto keys = schedule_keys({key_from("a", noon - 24h), key_from("b", noon)});
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].verifies_until == noon + 15min + key_margin);
  CHECK(keys[1].verifies_until == timestamp::max());
  CHECK(schedule_keys({}).empty());
}

TEST_CASE("a token that an operator made for longer keeps its key") {
  auto first = key_from("a", noon - 24h);
  first.used_until = noon + 72h;
  CHECK(schedule_keys({first, key_from("b", noon)})[0].verifies_until == noon + 72h + key_margin);
  first.used_until = noon + 1min;
  CHECK(schedule_keys({first, key_from("b", noon)})[0].verifies_until == noon + 15min + key_margin);
}

TEST_CASE("a key is published, signs, verifies and ends") {
  auto keys = schedule_keys({key_from("a", noon - 24h), key_from("b", noon)});
  auto at = [&](timestamp now) {
    auto states = states_of(keys, now);
    return std::string{to_string(states[0])} + "," + std::string{to_string(states[1])};
  };
  CHECK(at(noon - 24h - 1ms) == "signing,published");
  CHECK(at(noon - 1ms) == "signing,published");
  CHECK(at(noon) == "verifying,signing");
  CHECK(at(noon + 15min + key_margin - 1ms) == "verifying,signing");
  CHECK(at(noon + 15min + key_margin) == "ended,signing");
  CHECK(ended_keys(keys, noon + 15min).empty());
  CHECK(ended_keys(keys, noon + 24h) == std::vector<std::string>{"a"});
}

TEST_CASE("by no clock is there a moment without a key that signs") {
  for (auto behind : {0ms, 1ms, 60'000ms, 86'400'000ms}) {
    auto now = noon - behind; // while the clock of who made the key says noon
    CHECK(states_of(schedule_keys({key_from("a", noon)}), now) == std::vector{key_state::signing});
    // And where the only one that had begun was retired by a clock that is ahead.
    auto states = states_of(schedule_keys({key_from("b", noon + 1h), key_from("c", noon + 2h)}), now);
    CHECK(states == std::vector{key_state::signing, key_state::published});
  }
  CHECK(states_of(schedule_keys({key_from("a", noon), key_from("b", noon + 1min)}), noon + 1min)[0] ==
        key_state::verifying);
}

TEST_CASE("one key at a time waits to sign") {
  auto keys = schedule_keys({key_from("a", noon - 24h), key_from("b", noon)});
  CHECK(objection_to_rotation(keys, noon - 1ms).value_or("").find("b does not sign yet") != std::string::npos);
  CHECK_FALSE(objection_to_rotation(keys, noon));
  CHECK_FALSE(objection_to_rotation({}, noon));
}

TEST_CASE("every key but the one that signs may be retired before its time") {
  auto keys = schedule_keys({key_from("a", noon - 24h), key_from("b", noon), key_from("c", noon + 1h)});
  CHECK_FALSE(objection_to_retiring(keys, "a", noon));
  CHECK(objection_to_retiring(keys, "b", noon).value_or("").find("signs") != std::string::npos);
  CHECK_FALSE(objection_to_retiring(keys, "c", noon));
  CHECK(objection_to_retiring(keys, "d", noon) == "there is no key d");
}

TEST_CASE("what changes no time is no other schedule") {
  auto first = key_from("a", noon - 24h), second = key_from("b", noon);
  auto before = schedule_keys({first, second});
  second.used_until = noon + 72h; // the last one has no end anyway
  CHECK(is_same_schedule(before, schedule_keys({first, second})));
  first.used_until = noon + 72h;
  CHECK_FALSE(is_same_schedule(before, schedule_keys({first, second})));
  CHECK_FALSE(is_same_schedule(before, schedule_keys({second})));
  second.signs_from += 1ms;
  CHECK_FALSE(is_same_schedule(before, schedule_keys({key_from("a", noon - 24h), second})));
}
