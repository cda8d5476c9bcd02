#include <algorithm>

#include "tests/kafka/kafka_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

constexpr partition_id seventh{7};

std::string in_topic(const std::vector<read_message>& messages) {
  std::string order;
  for (auto& each : messages)
    order += each.key + each.value + " ";
  return order;
}

// Makes a topic refuse what is larger, behind the producer's back; waits until the broker does.
void limit_topic(const std::string& brokers, const std::string& topic, int bytes) {
  char words[512];
  rd_kafka_resp_err_t said = RD_KAFKA_RESP_ERR_NO_ERROR;
  auto* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "bootstrap.servers", brokers.c_str(), words, sizeof words);
  rd_kafka_conf_set_opaque(configuration, &said);
  rd_kafka_conf_set_dr_msg_cb(configuration, [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    *static_cast<rd_kafka_resp_err_t*>(opaque) = message->err;
  });
  auto* admin = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, words, sizeof words);
  auto* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  rd_kafka_ConfigResource_set_config(resource, "max.message.bytes", std::to_string(bytes).c_str());
  auto* answers = rd_kafka_queue_new(admin);
  rd_kafka_AlterConfigs(admin, &resource, 1, nullptr, answers);
  auto* answer = rd_kafka_queue_poll(answers, 20'000);
  REQUIRE(answer != nullptr);
  CHECK(rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(answers);
  rd_kafka_ConfigResource_destroy(resource);
  std::string probe(static_cast<std::size_t>(bytes), 'x');
  for (int tries = 0; tries < 300 && said != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; ++tries) {
    rd_kafka_producev(admin, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_VALUE(probe.data(), probe.size()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                      RD_KAFKA_V_END);
    rd_kafka_flush(admin, 20'000);
  }
  CHECK(said == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  rd_kafka_destroy(admin);
}

} // namespace

TEST_CASE_FIXTURE(kafka_fixture, "events arrive in their partition, in order, as CloudEvents in binary mode") {
  start_producer();
  publish_until_taken(seventh, {event("1")}); // the topics are there now
  tail reading{settings.brokers, "callboard.rooms", 7};
  std::vector<domain_event> events;
  std::string wanted;
  for (int i = 0; i < 300; ++i) {
    events.push_back(event(std::to_string(i % 7), "{\"n\":" + std::to_string(i) + "}"));
    wanted += events.back().key + events.back().data + " ";
  }
  REQUIRE_FALSE(publish(seventh, events));
  auto found = reading.read(300);
  CHECK(in_topic(found) == wanted);
  REQUIRE(found.size() == 300);
  std::map<std::string, std::string> headers{{"ce_specversion", "1.0"},
                                             {"ce_id", to_string(events[0].id)},
                                             {"ce_type", "room.created"},
                                             {"ce_source", "https://board.example"},
                                             {"ce_time", "2027-01-15T08:00:00.123Z"},
                                             {"ce_subject", "0"},
                                             {"content-type", "application/json"}};
  CHECK(found[0].headers == headers);
  CHECK(reading.rest().empty());
}

TEST_CASE_FIXTURE(kafka_fixture, "a batch at a time is taken of a partition; others go on beside it") {
  start_producer();
  publish_until_taken(seventh, {event("1")});
  caf::scoped_actor self{*system};
  std::vector<caf::error> failures;
  std::size_t taken = 0;
  for (std::uint16_t i = 0; i < 10; ++i)
    self->send(producer, publish_events{partition_id{i}, {event("k")}});
  for (int i = 0; i < 10; ++i)
    self->receive([&](done) { ++taken; }, [&](caf::error& reason) { failures.push_back(reason); },
                  caf::after(std::chrono::seconds{120}) >> [] { FAIL("no answer"); });
  CHECK(taken == 10);
}

TEST_CASE_FIXTURE(kafka_fixture, "an event that is too large is kept, told and passed over") {
  start_producer();
  publish_until_taken(seventh, {event("1")});
  tail reading{settings.brokers, "callboard.rooms", 7};
  tail graveyard{settings.brokers, kafka::dead_topic, 7};
  auto large = event("2", "\"" + std::string(1'200'000, 'x') + "\"");
  REQUIRE_FALSE(publish(seventh, {event("1", "a"), large, event("2", "b")}));
  CHECK(in_topic(reading.read(2)) == "1a 2b ");
  REQUIRE(dead->count() == 1);
  CHECK(dead->events[0].event.id == large.id);
  CHECK(dead->events[0].event.data == large.data);
  CHECK(dead->events[0].partition == seventh);
  CHECK(dead->events[0].reason.find("callboard.rooms: ") == 0);
  CHECK(probe->events_dead.value() == 1);
  auto told = graveyard.read(1);
  REQUIRE(told.size() == 1);
  CHECK(told[0].headers["ce_id"] == to_string(large.id));
  CHECK(told[0].headers["dead_reason"] == dead->events[0].reason);
  CHECK(told[0].headers["dead_topic"] == "callboard.rooms");
  CHECK(told[0].headers["dead_value"] == "omitted");
  CHECK(reported("is dead"));
}

TEST_CASE_FIXTURE(kafka_fixture, "what cannot be kept is not passed over") {
  start_producer();
  publish_until_taken(seventh, {event("1")});
  dead->refuses = true;
  std::vector<domain_event> batch{event("1", "\"" + std::string(1'200'000, 'x') + "\"")};
  CHECK(code_of(publish(seventh, batch)) == errc::unavailable);
  {
    std::lock_guard lock{dead->mutex};
    dead->refuses = false;
  }
  publish_until_taken(seventh, batch);
  CHECK(dead->count() == 1);
}

TEST_CASE_FIXTURE(kafka_fixture, "of those that the broker refuses together only the one to blame is dead") {
  auto topic = fresh("limited");
  settings.routes = {{"user.created", topic, {}}};
  start_producer();
  auto small = [this](const char* name) { return event("3", std::string{"{\""} + name + "\":1}", "user.created"); };
  publish_until_taken(seventh, {small("first")});
  limit_topic(settings.brokers, topic, 2'000);
  tail reading{settings.brokers, topic, 7};
  auto large = event("3", "\"" + std::string(5'000, 'x') + "\"", "user.created");
  publish_until_taken(seventh, {small("a"), small("b"), large, small("c")});
  publish_until_taken(seventh, {small("d")});
  auto found = in_topic(reading.read(4));
  CHECK(found == R"(3{"a":1} 3{"b":1} 3{"c":1} 3{"d":1} )");
  REQUIRE(dead->count() == 1);
  CHECK(dead->events[0].event.id == large.id);
  CHECK(dead->events[0].reason.find(topic) == 0);
}

TEST_CASE_FIXTURE(kafka_fixture, "routes copy a type, with its own key and value or in the form of older consumers") {
  auto copies = fresh("users.created"), older = fresh("uploading_data");
  settings.routes = {{"user.created", copies, {}}, {"user.created", older, "new_user"}};
  start_producer();
  auto data =
      R"({"user_id":5,"username":"ann","full_name":"Ann \"A\"","role":"user","created_at":"2027-01-15T08:00:00.123Z"})";
  publish_until_taken(seventh, {event("0", data, "user.created")});
  auto partition_of_key = static_cast<int>(number_of(settings.partition_of("new_user", 64)));
  tail main{settings.brokers, "callboard.users", 7}, copy{settings.brokers, copies, 7},
      old{settings.brokers, older, partition_of_key};
  auto registered = event("5", data, "user.created");
  REQUIRE_FALSE(publish(seventh, {registered, event("5", "{}", "user.deleted")}));
  auto in_main = main.read(2), in_copy = copy.read(1), in_old = old.read(1);
  REQUIRE(in_main.size() == 2);
  REQUIRE(in_copy.size() == 1);
  REQUIRE(in_old.size() == 1);
  CHECK(in_copy[0].key == "5");
  CHECK(in_copy[0].value == data);
  CHECK(in_copy[0].headers["ce_id"] == to_string(registered.id));
  CHECK(in_old[0].key == "new_user");
  CHECK(in_old[0].value ==
        R"({"user_id":5,"username":"ann","full_name":"Ann \"A\"","created_at":"2027-01-15T08:00:00.123Z"})");
  CHECK(copy.rest().empty());
}
