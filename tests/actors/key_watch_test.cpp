#include "actors/key_watch.hpp"

#include "actors/core/key_schedule.hpp"
#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

class plain_keys final : public key_holder {
public:
  caf::error replace_keys(const std::vector<scheduled_key>& keys) override {
    if (refuses)
      return make_failure(errc::internal, "wrapped with another secret");
    held.push_back(keys);
    return {};
  }
  std::vector<std::vector<scheduled_key>> held;
  bool refuses = false;
};

struct key_watch_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  std::shared_ptr<plain_keys> keys = std::make_shared<plain_keys>();
  std::shared_ptr<timestamp> now = std::make_shared<timestamp>(1000h);
  std::vector<std::string> told;
  key_watch_config config;

  signing_key_record key(const std::string& id, timestamp from) {
    signing_key_record record;
    record.id = record.wrapped = id;
    record.signs_from = from;
    record.token_life = 15min;
    return record;
  }
  void begin(const std::vector<signing_key_record>& with) {
    config.wall_clock = [now = now] { return *now; };
    config.probe = std::make_shared<node_probe>();
    config.report = [this](const std::string& sentence) { told.push_back(sentence); };
    start(key_watch, config, store.handle(), writer.handle(), std::shared_ptr<key_holder>{keys},
          core::schedule_keys(with));
    settle();
  }
  void pass(std::chrono::milliseconds time) {
    *now += time;
    advance(time);
  }
  void answer(const std::vector<signing_key_record>& stored) { store.answer<list_signing_keys>(stored); }
};

using records = std::vector<signing_key_record>;

} // namespace

TEST_CASE_FIXTURE(key_watch_fixture,
                  "a key that was added elsewhere is learnt at the next look, what did not change is not told") {
  auto old_key = key("old", *now - 24h);
  begin({old_key});
  REQUIRE(store->count<list_signing_keys>() == 1); // at once
  answer({old_key});
  CHECK(keys->held.empty());
  pass(config.interval);
  REQUIRE(store->count<list_signing_keys>() == 2);
  answer({old_key, key("new", *now + 10min)});
  REQUIRE(keys->held.size() == 1);
  CHECK(keys->held[0].size() == 2);
  CHECK(keys->held[0][0].verifies_until == *now + 25min + core::key_margin);
  CHECK(told.size() == 1);
  auto stored = records{old_key, keys->held[0][1].key};
  pass(config.interval);
  stored[1].used_until = *now + 1h; // changes nothing for the last key
  answer(stored);
  CHECK(keys->held.size() == 1);
  CHECK(writer->count<retire_signing_key>() == 0);
}

TEST_CASE_FIXTURE(key_watch_fixture, "a key whose last token has ended is removed, again and again until it is gone") {
  records stored{key("old", *now - 24h), key("new", *now)};
  begin(stored);
  answer(stored);
  CHECK(writer->count<retire_signing_key>() == 0);
  *now += 15min + core::key_margin;
  for (std::size_t i = 1; i <= 2; ++i) {
    pass(config.interval);
    answer(stored);
    REQUIRE(writer->count<retire_signing_key>() == i);
    CHECK(writer->last<retire_signing_key>().id == "old");
    CHECK(writer->last<retire_signing_key>().now == *now);
    writer.fail<retire_signing_key>(errc::unavailable);
  }
  pass(config.interval);
  answer({stored[1]}); // another node did it
  CHECK(keys->held.size() == 1);
  CHECK(writer->count<retire_signing_key>() == 2);
}

TEST_CASE_FIXTURE(key_watch_fixture, "a store that does not answer changes nothing, and is asked again") {
  auto old_key = key("old", *now - 24h);
  begin({old_key});
  store.fail<list_signing_keys>(errc::unavailable);
  pass(config.interval);
  pass(config.store_deadline); // no answer at all
  pass(config.interval);
  REQUIRE(store->count<list_signing_keys>() == 3);
  CHECK(keys->held.empty());
  CHECK(config.probe->key_failures.value() == 2);
  CHECK(told.size() == 1);                           // the same sentence once
  store.answer<list_signing_keys>(records{old_key}); // too late, to the question that was given up
  answer({old_key, key("new", *now)});
  CHECK(keys->held.size() == 1);
}

TEST_CASE_FIXTURE(key_watch_fixture,
                  "a node whose clock is behind takes the only key that is left, and signs with it") {
  auto old_key = key("old", *now - 24h);
  begin({old_key});
  answer({old_key});
  pass(config.interval);
  answer({key("new", *now + 1min)}); // signs already by the clock of who retired the old one
  REQUIRE(keys->held.size() == 1);
  CHECK(core::states_of(keys->held[0], *now) == std::vector{core::key_state::signing});
  CHECK(told.size() == 1);
  CHECK(config.probe->key_failures.value() == 0);
}

TEST_CASE_FIXTURE(key_watch_fixture, "keys that cannot be used take nobody's place") {
  auto old_key = key("old", *now - 24h);
  begin({old_key});
  answer({}); // none at all
  pass(config.interval);
  keys->refuses = true;
  answer({old_key, key("foreign", *now)});
  CHECK(keys->held.empty());
  CHECK(config.probe->key_failures.value() == 2);
  REQUIRE(told.size() == 2);
  CHECK(told[1].find("wrapped with another secret") != std::string::npos);
  keys->refuses = false;
  pass(config.interval);
  answer({old_key, key("foreign", *now)});
  CHECK(keys->held.size() == 1);
}
