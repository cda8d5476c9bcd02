#include "adapters/telemetry/otlp.hpp"

#include <boost/json.hpp>

#include <doctest/doctest.h>

namespace callboard::telemetry {
namespace {

span_record example() {
  span_record span;
  span.context = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03");
  span.name = "GET /\"quoted\"";
  span.kind = span_kind::server;
  span.begun = std::chrono::system_clock::time_point{std::chrono::nanoseconds{1'700'000'000'123'456'789}};
  span.ended = span.begun + std::chrono::nanoseconds{1'000};
  span.attributes.emplace_back("number", std::int64_t{9'007'199'254'740'993});
  span.attributes.emplace_back("text", std::string{"a\nb"});
  return span;
}

boost::json::value first_span(const std::string& body) {
  auto parsed = boost::json::parse(body);
  return parsed.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").at(0);
}

} // namespace

TEST_CASE("a span is written as OTLP's JSON has it") {
  auto span = first_span(write_otlp({"callboard", "1.2.3", "node-1"}, {example()}));
  CHECK(span.at("traceId").as_string() == "0af7651916cd43dd8448eb211c80319c");
  CHECK(span.at("spanId").as_string() == "b7ad6b7169203331");
  CHECK(span.at("flags").as_int64() == 3);
  CHECK(!span.as_object().contains("parentSpanId"));
  CHECK(!span.as_object().contains("status"));
  CHECK(span.at("name").as_string() == "GET /\"quoted\"");
  CHECK(span.at("kind").as_int64() == 2);
  CHECK(span.at("startTimeUnixNano").as_string() == "1700000000123456789");
  CHECK(span.at("endTimeUnixNano").as_string() == "1700000000123457789");
  CHECK(span.at("attributes").at(0).at("value").at("intValue").as_string() == "9007199254740993");
  CHECK(span.at("attributes").at(1).at("value").at("stringValue").as_string() == "a\nb");
}

TEST_CASE("a parent and a failure are told if there are any") {
  auto made = example();
  made.parent = {1, 2, 3, 4, 5, 6, 7, 8};
  made.failed = true;
  auto span = first_span(write_otlp({}, {made}));
  CHECK(span.at("parentSpanId").as_string() == "0102030405060708");
  CHECK(span.at("status").at("code").as_int64() == 2);
  CHECK(!span.at("status").as_object().contains("message"));
  made.failure = "timeout";
  CHECK(first_span(write_otlp({}, {made})).at("status").at("message").as_string() == "timeout");
}

TEST_CASE("who tells of the spans stands above them") {
  auto body = boost::json::parse(write_otlp({"callboard", "1.2.3", "node-1"}, {example(), example()}));
  auto& of_resource = body.at("resourceSpans").at(0);
  std::string told;
  for (auto& each : of_resource.at("resource").at("attributes").as_array())
    told += std::string{each.at("key").as_string()} + "=" +
            std::string{each.at("value").at("stringValue").as_string()} + " ";
  CHECK(told == "service.name=callboard service.version=1.2.3 service.instance.id=node-1 ");
  CHECK(of_resource.at("scopeSpans").at(0).at("spans").as_array().size() == 2);
}

TEST_CASE("what a collector rejects is read from its answer") {
  CHECK(read_rejected("{}") == 0);
  CHECK(read_rejected("") == 0);
  CHECK(read_rejected("<html>") == 0);
  CHECK(read_rejected("[]") == 0);
  CHECK(read_rejected(R"({"partialSuccess":{}})") == 0);
  CHECK(read_rejected(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}})") == 3);
  CHECK(read_rejected(R"({"partialSuccess":{"rejectedSpans":2}})") == 2);
  CHECK(read_rejected(R"({"partialSuccess":{"rejectedSpans":-2}})") == 0);
}

TEST_CASE("addresses of collectors") {
  for (auto* good : {"", "http://localhost:4318", "https://user:secret@collector.example.com/v1/traces",
                     "http://[::1]:4318/", "http://collector/otlp/v1/traces"})
    CHECK_MESSAGE(check_trace_url(good).empty(), good);
  for (auto* bad : {"localhost:4318", "ftp://host", "http://", "http://:4318", "http:///v1/traces", "http://host/?a=b",
                    "http://host/#a", "http://ho st", "https://host\n", "http://user@"})
    CHECK_MESSAGE(!check_trace_url(bad).empty(), bad);
  CHECK(trace_target("http://host:4318") == "http://host:4318/v1/traces");
  CHECK(trace_target("http://host:4318/") == "http://host:4318/v1/traces");
  CHECK(trace_target("https://host/otlp/v1/traces") == "https://host/otlp/v1/traces");
}

} // namespace callboard::telemetry
