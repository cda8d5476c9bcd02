#include "adapters/kafka/cloud_event.hpp"

#include <charconv>
#include <cstdio>
#include <string_view>

namespace callboard::kafka {
namespace {

constexpr const char* content_type = "application/json";
constexpr std::size_t batch_overhead = 61;    // of a record batch of format 2
constexpr std::size_t record_overhead = 40;   // lengths and deltas of a record, as long as they can be
constexpr std::size_t headers_overhead = 280; // names of all headers, with their lengths, and a trace

std::string_view header(const rd_kafka_headers_t* headers, const char* name) {
  const void* value = nullptr;
  std::size_t size = 0;
  if (headers == nullptr || rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};
  return {static_cast<const char*>(value), size};
}

template <class Number>
bool read_digits(std::string_view text, std::size_t at, std::size_t size, Number& value) {
  auto* begin = text.data() + at;
  auto [end, error] = std::from_chars(begin, begin + size, value);
  return error == std::errc{} && end == begin + size;
}

} // namespace

rd_kafka_headers_t* make_headers(const domain_event& event, const std::string& source) {
  auto* headers = rd_kafka_headers_new(8);
  auto add = [headers](const char* name, std::string_view value) {
    rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  };
  add("ce_specversion", "1.0");
  add("ce_id", to_string(event.id));
  add("ce_type", event.type);
  add("ce_source", source);
  add("ce_time", print_time(event.created_at));
  add("ce_subject", event.key);
  add("content-type", content_type);
  if (!event.trace.empty()) // the Distributed Tracing extension of CloudEvents leaves Kafka's own header its name
    add(traceparent_name, print_traceparent(event.trace));
  return headers;
}

std::optional<domain_event> read_event(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  auto id = parse_uuid(header(headers, "ce_id"));
  auto time = parse_time(header(headers, "ce_time"));
  auto type = header(headers, "ce_type");
  if (!id || !time || type.empty() || header(headers, "ce_specversion") != "1.0")
    return std::nullopt;
  domain_event event;
  event.position = message.offset;
  event.id = *id;
  event.type = type;
  event.topic = rd_kafka_topic_name(message.rkt);
  event.key = header(headers, "ce_subject");
  event.data.assign(static_cast<const char*>(message.payload), message.len);
  event.created_at = *time;
  event.trace = parse_traceparent(header(headers, traceparent_name)).value_or(trace_context{});
  return event;
}

std::size_t size_in_log(const domain_event& event, const std::string& source, std::size_t key, std::size_t value) {
  constexpr std::size_t id_and_time = 36 + 24;
  return batch_overhead + record_overhead + headers_overhead + id_and_time + event.type.size() + source.size() +
         event.key.size() + key + value;
}

std::string print_time(timestamp time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date{day};
  std::chrono::hh_mm_ss clock{time - day};
  char text[48];
  auto size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                            static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                            static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text, static_cast<std::size_t>(size));
}

std::optional<timestamp> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size())
    return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
      return std::nullopt;
  int year = 0, hours = 0, minutes = 0, seconds = 0, thousandths = 0;
  unsigned month = 0, day = 0;
  if (!read_digits(text, 0, 4, year) || !read_digits(text, 5, 2, month) || !read_digits(text, 8, 2, day) ||
      !read_digits(text, 11, 2, hours) || !read_digits(text, 14, 2, minutes) || !read_digits(text, 17, 2, seconds) ||
      !read_digits(text, 20, 3, thousandths))
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok() || hours > 23 || minutes > 59 || seconds > 59)
    return std::nullopt;
  return timestamp{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{hours} +
                   std::chrono::minutes{minutes} + std::chrono::seconds{seconds} +
                   std::chrono::milliseconds{thousandths}};
}

} // namespace callboard::kafka
