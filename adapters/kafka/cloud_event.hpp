#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <librdkafka/rdkafka.h>

#include "messages/events.hpp"

namespace callboard::kafka {

/// CloudEvents 1.0 in Kafka's binary mode: attributes are headers with the prefix `ce_`, the value is the data
/// (https://github.com/cloudevents/spec, "Kafka Protocol Binding", 3.2).

/// The headers of an event, to be given to a message or destroyed.
rd_kafka_headers_t* make_headers(const domain_event& event, const std::string& source);

/// The event that a message carries, its position the offset; nothing if a header is missing or not of its form.
std::optional<domain_event> read_event(const rd_kafka_message_t& message);

/// At most how many bytes a message takes in Kafka's log, with a record batch of its own.
std::size_t size_in_log(const domain_event& event, const std::string& source, std::size_t key, std::size_t value);

/// RFC 3339 in UTC with milliseconds, and back; nothing if it has another form.
std::string print_time(timestamp time);
std::optional<timestamp> parse_time(std::string_view text);

} // namespace callboard::kafka
