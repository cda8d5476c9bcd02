#include <thread>

#include "tests/eventually.hpp"
#include "tests/kafka/kafka_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

constexpr partition_id eleventh{11};

/// What a consumer was handed; it refuses as often as it is told to.
struct taken {
  std::mutex mutex;
  std::vector<log_batch> batches;
  int refusals = 0;
  bool silent = false;

  std::vector<domain_event> events_of(const std::string& stream) {
    std::lock_guard lock{mutex};
    std::vector<domain_event> all;
    for (auto& batch : batches)
      if (batch.stream == stream)
        all.insert(all.end(), batch.events.begin(), batch.events.end());
    return all;
  }
  std::size_t count() {
    std::lock_guard lock{mutex};
    return batches.size();
  }
};

log_consumer_actor::behavior_type consumer(log_consumer_actor::pointer self, std::shared_ptr<taken> mine) {
  return {[self, mine](const log_batch& batch) -> caf::result<done> {
    std::lock_guard lock{mine->mutex};
    if (mine->refusals-- > 0)
      return make_failure(errc::unavailable);
    mine->batches.push_back(batch);
    if (mine->silent)
      return self->make_response_promise<done>();
    return done{};
  }};
}

struct reader_fixture : kafka_fixture {
  std::shared_ptr<taken> mine = std::make_shared<taken>();
  event_source_actor source;
  log_consumer_actor taker;
  std::vector<log_position> from;

  reader_fixture() {
    start_producer();
    publish_until_taken(eleventh, {event("1")});
    for (auto& topic : kafka::event_topics())
      from.push_back({topic, tail{settings.brokers, topic, 11}.begin()});
  }
  ~reader_fixture() {
    caf::anon_send_exit(source, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(taker, caf::exit_reason::user_shutdown);
  }
  void begin() {
    source = system->spawn(kafka::event_reader, settings);
    taker = system->spawn(consumer, mine);
    consume();
  }
  void consume() {
    caf::scoped_actor self{*system};
    self->request(source, std::chrono::seconds{10}, consume_partition{"test", eleventh, from, taker})
        .receive([](done) {}, [](caf::error& reason) { FAIL(context_of(reason).detail); });
  }
  template <class Condition>
  void wait_until(Condition condition) {
    CHECK(test::eventually(condition, std::chrono::seconds{30}));
  }
  std::vector<domain_event> publish_some(int count) {
    std::vector<domain_event> events;
    for (int i = 0; i < count; ++i)
      events.push_back(event(std::to_string(i % 3), std::to_string(i)));
    publish_until_taken(eleventh, events);
    return events;
  }
  static bool same(const std::vector<domain_event>& found, const std::vector<domain_event>& sent) {
    bool equal = found.size() == sent.size();
    for (std::size_t i = 0; equal && i < sent.size(); ++i)
      equal = found[i].id == sent[i].id && found[i].type == sent[i].type && found[i].key == sent[i].key &&
              found[i].data == sent[i].data && found[i].created_at == sent[i].created_at;
    return equal;
  }
};

const std::string rooms = "callboard.rooms";

} // namespace

TEST_CASE_FIXTURE(reader_fixture, "a consumer gets everything after its position, in order, batch by batch") {
  auto before = publish_some(700);
  begin();
  wait_until([&] { return mine->events_of(rooms).size() == 700; });
  auto after = publish_some(20);
  wait_until([&] { return mine->events_of(rooms).size() == 720; });
  before.insert(before.end(), after.begin(), after.end());
  auto found = mine->events_of(rooms);
  CHECK(same(found, before));
  CHECK(found[0].position == from[1].next);
  CHECK(found[0].topic == rooms);
  CHECK(mine->batches.back().next == from[1].next + 720);
  CHECK(mine->batches.front().events.size() <= settings.read_batch);
}

TEST_CASE_FIXTURE(reader_fixture, "a batch that is refused comes again before any later one") {
  auto sent = publish_some(30);
  mine->refusals = 3;
  begin();
  wait_until([&] { return mine->events_of(rooms).size() == 30; });
  CHECK(same(mine->events_of(rooms), sent));
}

TEST_CASE_FIXTURE(reader_fixture, "nothing more is handed over while a batch is not answered") {
  settings.read_batch = 10;
  publish_some(30);
  mine->silent = true;
  begin();
  wait_until([&] { return mine->count() == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  CHECK(mine->count() == 1);
}

TEST_CASE_FIXTURE(reader_fixture, "who takes the place of a consumer goes on where it says") {
  auto sent = publish_some(10);
  begin();
  wait_until([&] { return mine->events_of(rooms).size() == 10; });
  caf::anon_send_exit(taker, caf::exit_reason::kill);
  taker = system->spawn(consumer, mine);
  from[1].next += 4;
  consume();
  wait_until([&] { return mine->events_of(rooms).size() == 16; });
  CHECK(mine->events_of(rooms)[10].id == sent[4].id);
}

TEST_CASE_FIXTURE(reader_fixture, "reading goes on when the broker was killed and is back") {
  begin();
  auto sent = publish_some(10);
  wait_until([&] { return mine->events_of(rooms).size() == 10; });
  service("kill");
  service("start");
  auto more = publish_some(10);
  sent.insert(sent.end(), more.begin(), more.end());
  wait_until([&] { return mine->events_of(rooms).size() >= 20; });
  CHECK(same(mine->events_of(rooms), sent));
}

TEST_CASE_FIXTURE(reader_fixture, "a partition that does not exist is refused") {
  begin();
  caf::scoped_actor self{*system};
  errc code{};
  self->request(source, std::chrono::seconds{10}, consume_partition{"test", partition_id{64}, {}, taker})
      .receive([](done) {}, [&](caf::error& reason) { code = code_of(reason); });
  CHECK(code == errc::bad_request);
}
