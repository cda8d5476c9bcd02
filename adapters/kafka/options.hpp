#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/event_routes.hpp"
#include "adapters/kafka/security.hpp"
#include "messages/ids.hpp"
#include "messages/probe.hpp"

namespace callboard::kafka {

enum class severity : std::uint8_t { info, warning, error };

/// How this installation reaches Kafka.
struct options {
  std::string brokers;               // host:port, separated by commas
  security protection;               // of the way to them
  unsigned partitions = 64;          // of callboard's topics, fixed per installation
  std::string source = "/callboard"; // `ce_source`: the public URL, if there is one
  std::vector<event_route> routes;
  /// The partition of a key among `partitions`, as Kafka's Java client places it. Required.
  std::function<partition_id(std::string_view key, unsigned partitions)> partition_of;

  std::chrono::milliseconds batch_deadline{10'000}; // for the broker to take a batch
  std::chrono::milliseconds write_deadline{90'000}; // for the store to keep what it refused
  std::chrono::milliseconds taker_deadline{30'000}; // for a consumer to take a batch
  std::chrono::milliseconds first_pause{100};       // before the next try to reach the broker; doubles, with jitter
  std::chrono::milliseconds longest_pause{2'000};
  std::chrono::milliseconds wrong_topics_pause{30'000}; // before topics that cannot be used are looked at again
  std::chrono::milliseconds flush_deadline{500};        // at the end, for what is under way
  std::chrono::milliseconds close_deadline{3'000};      // for librdkafka to end its threads
  std::size_t queued_kilobytes = 131'072;               // events given to librdkafka and not acknowledged
  std::size_t read_ahead_kilobytes = 256;               // events read of a stream before its consumer wants them
  std::size_t read_batch = 500;                         // events handed to a consumer at once

  std::shared_ptr<node_probe> probe;
  /// What an operator wants to know; called on any thread.
  std::function<void(severity level, const std::string& sentence)> report = [](severity, const std::string&) {};
  /// librdkafka did not end in time: its threads must not outlive what they use, so the process should end at once
  /// when everything else has.
  std::function<void()> stuck = [] {};
};

/// What callboard publishes to (docs/protocol.md, section 3).
inline const std::vector<std::string>& event_topics() {
  static const std::vector<std::string> all{"callboard.users", "callboard.rooms", "callboard.reminders",
                                            "callboard.notifications"};
  return all;
}
inline constexpr const char* dead_topic = "callboard.dead";

} // namespace callboard::kafka
