#include <doctest/doctest.h>

#include "adapters/kafka/cloud_event.hpp"
#include "adapters/kafka/event_routes.hpp"

using namespace callboard;

namespace {

std::string complaint(const char* text) {
  std::string wrong;
  CHECK(kafka::parse_event_routes(text, wrong).empty());
  return wrong;
}

} // namespace

TEST_CASE("event routes are read as they are written") {
  std::string wrong;
  auto routes = kafka::parse_event_routes("user.created=users.created,user.created=uploading_data;key=new_user", wrong);
  CHECK(wrong.empty());
  REQUIRE(routes.size() == 2);
  CHECK(routes[0].type == "user.created");
  CHECK(routes[0].topic == "users.created");
  CHECK(routes[0].key.empty());
  CHECK(routes[1].topic == "uploading_data");
  CHECK(routes[1].key == "new_user");
  CHECK(kafka::print_event_routes(routes) == "user.created=users.created,user.created=uploading_data;key=new_user");
  CHECK(kafka::parse_event_routes("", wrong).empty());
  CHECK(wrong.empty());
}

TEST_CASE("event routes that are not of the form are refused with a sentence") {
  CHECK(complaint("user.created").find("is not TYPE=TOPIC") != std::string::npos);
  CHECK(complaint("user.made=x").find("there is no event type 'user.made'") != std::string::npos);
  CHECK(complaint("user.created=").find("cannot be the name of a topic") != std::string::npos);
  CHECK(complaint("user.created=a b").find("cannot be the name of a topic") != std::string::npos);
  CHECK(complaint("user.created=callboard.users").find("callboard's own") != std::string::npos);
  CHECK(complaint("user.created=x;value=y").find("only ;key=KEY") != std::string::npos);
  CHECK(complaint("user.created=x;key=").find("the key must be") != std::string::npos);
  CHECK(complaint("room.created=x;key=y").find("only user.created") != std::string::npos);
  CHECK(complaint("user.created=x,user.created=x").find("given twice") != std::string::npos);
  CHECK(complaint("user.created=x,").find("missing after the last comma") != std::string::npos);
  CHECK(complaint(",user.created=x").find("is not TYPE=TOPIC") != std::string::npos);
}

TEST_CASE("the value for older consumers has four fields, and none if the data are of another kind") {
  CHECK(kafka::value_for_older_consumers(
            R"({"user_id":1,"username":"a","full_name":"","role":"user","created_at":"t"})") ==
        R"({"user_id":1,"username":"a","full_name":"","created_at":"t"})");
  CHECK(kafka::value_for_older_consumers(R"({"user_id":1})").empty());
  CHECK(kafka::value_for_older_consumers("[]").empty());
  CHECK(kafka::value_for_older_consumers("{").empty());
}

TEST_CASE("times of events are RFC 3339 with milliseconds, and nothing else is read") {
  timestamp time{std::chrono::milliseconds{1'709'210'096'007}};
  CHECK(kafka::print_time(time) == "2024-02-29T12:34:56.007Z");
  CHECK(kafka::parse_time("2024-02-29T12:34:56.007Z") == time);
  for (auto* wrong : {"", "2023-02-29T12:34:56.007Z", "2024-02-29T24:34:56.007Z", "2024-02-29T12:34:56.07Z",
                      "2024-02-29T12:34:56.007+", "2024-02-29 12:34:56.007Z", "2024-02-29T12:34:56.0x7Z"})
    CHECK_FALSE(kafka::parse_time(wrong));
}

TEST_CASE("an event that is in a trace has its header, and another one has none") {
  auto header = [](const domain_event& event) -> std::string {
    auto* headers = kafka::make_headers(event, "/callboard");
    const void* value = nullptr;
    std::size_t size = 0;
    std::string found = "none";
    if (rd_kafka_header_get_last(headers, "traceparent", &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
      found.assign(static_cast<const char*>(value), size);
    rd_kafka_headers_destroy(headers);
    return found;
  };
  domain_event event;
  event.type = "message.created";
  CHECK(header(event) == "none");
  event.trace = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  CHECK(header(event) == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
}
