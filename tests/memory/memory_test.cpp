#include "adapters/memory/cache.hpp"
#include "adapters/memory/event_log.hpp"
#include "adapters/memory/mail_catcher.hpp"
#include "adapters/memory/revocations.hpp"
#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct cache_fixture : deterministic {
  std::shared_ptr<timestamp> now = std::make_shared<timestamp>(24h);
  memory::cache_config config;
  cache_actor cache;
  std::uint32_t most = 3;

  void begin() {
    config.wall_clock = [now = now] { return *now; };
    cache = start(memory::cache, config);
  }
  std::vector<attempt_key> counted(std::string key) const {
    return most == 0 ? std::vector<attempt_key>{} : std::vector<attempt_key>{{std::move(key), most}};
  }
  bool reserve(std::string key) {
    return ask<attempt_verdict>(cache, reserve_attempt{counted(std::move(key))}).value().outcome ==
           attempt_outcome::taken;
  }
  void settle_as(std::string key, bool success) { send(cache, settle_attempt{counted(std::move(key)), success}); }
  bool take(std::string key) { return ask<bool>(cache, take_rate{std::move(key), 2}).value(); }
};

} // namespace

TEST_CASE_FIXTURE(cache_fixture, "an account is locked after so many failures, for a time") {
  begin();
  for (int i = 0; i < 3; ++i) {
    CHECK(reserve("a"));
    settle_as("a", false);
  }
  CHECK_FALSE(reserve("a"));
  CHECK(reserve("b"));
  *now += config.lock - 1s;
  CHECK_FALSE(reserve("a"));
  *now += 2s;
  CHECK(reserve("a"));
}

TEST_CASE_FIXTURE(cache_fixture, "parallel attempts past the bound wait until one is settled") {
  begin();
  for (int i = 0; i < 3; ++i)
    CHECK(reserve("a"));
  auto fourth = ask<attempt_verdict>(cache, reserve_attempt{counted("a")});
  CHECK_FALSE(fourth.arrived());
  settle_as("a", true); // given back
  CHECK(fourth.value().outcome == attempt_outcome::taken);
  auto fifth = ask<attempt_verdict>(cache, reserve_attempt{counted("a")});
  for (int i = 0; i < 3; ++i)
    settle_as("a", false); // all failed
  CHECK(fifth.value().outcome == attempt_outcome::locked);
}

TEST_CASE_FIXTURE(cache_fixture, "without a bound nobody is locked") {
  begin();
  most = 0;
  for (int i = 0; i < 100; ++i) {
    CHECK(reserve("a"));
    settle_as("a", false);
  }
}

TEST_CASE_FIXTURE(cache_fixture, "a rate gives its minute's worth, and comes back with time") {
  begin();
  CHECK(take("a"));
  CHECK(take("a"));
  CHECK_FALSE(take("a"));
  CHECK(take("b"));
  *now += 30s;
  CHECK(take("a"));
  CHECK_FALSE(take("a"));
  *now -= 1h; // the clock was set back
  CHECK_FALSE(take("a"));
  *now += 2h;
  CHECK(take("a"));
  CHECK(take("a"));
  CHECK_FALSE(take("a"));
}

TEST_CASE_FIXTURE(cache_fixture, "past the bound the longest untouched key is forgotten") {
  config.max_keys = 2;
  begin();
  for (int i = 0; i < 3; ++i) {
    reserve("a");
    settle_as("a", false);
  }
  reserve("b");
  CHECK_FALSE(reserve("a")); // touched: "b" is the oldest now
  reserve("c");
  CHECK_FALSE(reserve("a"));
  reserve("d");
  reserve("e");
  CHECK(reserve("a"));
}

TEST_CASE("a revoked session stays so until its access tokens have expired") {
  auto now = timestamp{24h};
  memory::revocations list{[&now] { return now; }};
  CHECK_FALSE(list.is_revoked(uuid_of(1)));
  list.revoke(uuid_of(1), now + 10s);
  list.revoke(uuid_of(1), now + 5s); // not shortened
  now += 7s;
  list.revoke(uuid_of(2), now + 10s);
  CHECK(list.is_revoked(uuid_of(1)));
  now += 4s;
  list.revoke(uuid_of(3), now + 10s);
  CHECK_FALSE(list.is_revoked(uuid_of(1)));
  CHECK(list.is_revoked(uuid_of(2)));
  CHECK(list.is_revoked(uuid_of(3)));
}

TEST_CASE_FIXTURE(deterministic, "the log has taken a batch when every consumer has") {
  fake<event_consumer_actor> first{*this};
  fake<event_consumer_actor> second{*this};
  auto consumers = std::make_shared<memory::event_consumers>();
  auto log =
      start(memory::event_log, memory::event_log_config{}, std::shared_ptr<const memory::event_consumers>{consumers});
  CHECK(ask<done>(log, publish_events{partition_id{1}, {}}).failure() == errc::unavailable);
  consumers->all = {first.handle(), second.handle()};
  auto taken = ask<done>(log, publish_events{partition_id{1}, {domain_event{}}});
  CHECK(second->last<publish_events>().events.size() == 1);
  first.answer<publish_events>(done{});
  CHECK_FALSE(taken.arrived());
  second.answer<publish_events>(done{});
  CHECK(taken.arrived());
  auto refused = ask<done>(log, publish_events{partition_id{1}, {}});
  first.fail<publish_events>(errc::unavailable);
  second.answer<publish_events>(done{});
  CHECK(refused.failure() == errc::unavailable);
  auto silent = ask<done>(log, publish_events{partition_id{1}, {}});
  first.answer<publish_events>(done{});
  advance(26s, 1s);
  CHECK(silent.failure() == errc::timeout);
}

namespace {

struct partition_log_fixture : deterministic {
  fake<event_consumer_actor> feed{*this};
  fake<log_consumer_actor> counting{*this};
  embedded_log_actor log;

  partition_log_fixture() {
    auto consumers = std::make_shared<memory::event_consumers>();
    consumers->all = {feed.handle()};
    feed->on<publish_events, done>([](publish_events&) -> caf::expected<done> { return done{}; });
    memory::event_log_config config;
    config.awaited = {"counting"};
    log = start(memory::event_log, config, std::shared_ptr<const memory::event_consumers>{consumers});
  }
  pending<done> publish(std::vector<std::int64_t> positions) {
    publish_events batch{partition_id{3}, {}};
    for (auto position : positions) {
      batch.events.emplace_back();
      batch.events.back().position = position;
    }
    return ask<done>(log, batch);
  }
  void consume(std::int64_t next) {
    REQUIRE(ask<done>(log, consume_partition{"counting", partition_id{3}, {{embedded_stream, next}}, counting.handle()})
                .arrived());
  }
};

} // namespace

TEST_CASE_FIXTURE(partition_log_fixture, "the log waits for the consumers that it was told of") {
  CHECK(publish({1}).failure() == errc::unavailable);
  consume(0);
  auto taken = publish({1, 2});
  REQUIRE(counting->count<log_batch>() == 1);
  CHECK(counting->last<log_batch>().events.size() == 2);
  CHECK(counting->last<log_batch>().next == 3);
  CHECK(counting->last<log_batch>().stream == embedded_stream);
  CHECK_FALSE(taken.arrived());
  counting.answer<log_batch>(done{});
  CHECK(taken.arrived());
}

TEST_CASE_FIXTURE(partition_log_fixture, "a consumer is handed what it has not taken, and a refused batch again") {
  consume(3);
  auto taken = publish({1, 2, 3, 4});
  CHECK(counting->last<log_batch>().events.size() == 2);
  counting.fail<log_batch>(errc::unavailable);
  CHECK(taken.failure() == errc::unavailable);
  taken = publish({1, 2, 3, 4});
  CHECK(counting->last<log_batch>().events.front().position == 3);
  counting.answer<log_batch>(done{});
  CHECK(taken.arrived());
  CHECK(publish({3, 4}).arrived()); // repeated by the relay: nothing is left to take
  CHECK(counting->count<log_batch>() == 2);
}

TEST_CASE_FIXTURE(partition_log_fixture, "events wait for a consumer that went down until another takes its place") {
  consume(0);
  stop(counting.handle());
  CHECK(publish({1}).failure() == errc::unavailable);
  fake<log_consumer_actor> next{*this};
  next->on<log_batch, done>([](log_batch&) -> caf::expected<done> { return done{}; });
  REQUIRE(ask<done>(log, consume_partition{"counting", partition_id{3}, {}, next.handle()}).arrived());
  CHECK(publish({1}).arrived());
  send(log, leave_partition{"counting", partition_id{3}});
  CHECK(publish({2}).failure() == errc::unavailable);
}

TEST_CASE_FIXTURE(deterministic, "a caught mail is kept in the store, of which so many stay") {
  fake<log_writer_actor> writer{*this};
  auto mailer = start(memory::mail_catcher, memory::mail_catcher_config{50}, writer.handle());
  auto caught = ask<done>(mailer, mail_message{0, "a@b.c", "subject", "body", {}});
  CHECK(writer->last<keep_mail>().mail.to == "a@b.c");
  CHECK(writer->last<keep_mail>().keep == 50);
  CHECK_FALSE(caught.arrived());
  writer.answer<keep_mail>(std::int64_t{1});
  CHECK(caught.arrived());
  auto failed = ask<done>(mailer, mail_message{});
  writer.fail<keep_mail>(errc::storage_full);
  CHECK(failed.failure() == errc::storage_full);
}
