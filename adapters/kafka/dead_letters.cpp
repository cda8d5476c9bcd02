#include <utility>

#include "adapters/kafka/cloud_event.hpp"
#include "adapters/kafka/event_producer.hpp"

// What becomes of events that are refused for their own sake.

namespace callboard::kafka {
namespace {

constexpr auto check_deadline = std::chrono::seconds{60};
constexpr std::size_t room_for_reason = 1'024; // in the headers
constexpr std::uint64_t no_ticket = 0;         // nobody waits for it

std::string describe(const event_producer_state::pending_event& dead) {
  std::string sentence = "Kafka: event ";
  sentence += to_string(dead.event.id);
  sentence += " (";
  sentence += dead.event.type;
  sentence += ") is dead: ";
  return sentence + dead.reason;
}

} // namespace

// What a topic takes may have been changed since it was looked at, perhaps so that dead events can be replayed.
void event_producer_state::look_again(const batch_ptr& mine, std::vector<event_ptr> dead) {
  mine->looked_again = true;
  self->request(keeper, check_deadline, check_topics{})
      .then(
          [this, mine, dead = std::move(dead)](topic_table& known) {
            if (partitions[mine->partition].current != mine)
              return;
            topics = std::move(known);
            for (auto& each : dead)
              each->alone = false;
            go_on(mine);
          },
          [this, mine](caf::error& reason) {
            if (partitions[mine->partition].current == mine)
              fail(mine, std::move(reason));
          });
}

// First kept, then told, then the batch goes on: what is dead can always be replayed.
void event_producer_state::bury(const batch_ptr& mine, std::vector<event_ptr> dead) {
  keep_dead_events operation;
  for (auto& each : dead)
    operation.events.push_back({mine->partition, each->event, each->reason, {}});
  self->request(writer, settings.write_deadline, std::move(operation))
      .then(
          [this, mine, dead = std::move(dead)](done) {
            for (auto& each : dead) {
              settings.report(severity::error, describe(*each));
              tell_dead_topic(*each);
            }
            if (settings.probe)
              settings.probe->events_dead.add(dead.size());
            if (partitions[mine->partition].current != mine)
              return; // not answered in time; the batch comes back and finds them kept
            partitions.erase(mine->partition);
            mine->promise.deliver(done{});
          },
          [this, mine](caf::error& reason) {
            if (partitions[mine->partition].current == mine)
              fail(mine, std::move(reason));
          });
}

// The topic is for whoever watches; what counts is the store. Data that do not fit are left out.
void event_producer_state::tell_dead_topic(const pending_event& dead) {
  if (!producer)
    return;
  auto& event = dead.event;
  auto fits = size_in_log(event, settings.source, event.key.size(), event.data.size()) + room_for_reason <=
              topics[dead_topic].max_bytes;
  auto* headers = make_headers(event, settings.source);
  auto add = [headers](const char* header, std::string_view value) {
    rd_kafka_header_add(headers, header, -1, value.data(), static_cast<ssize_t>(value.size()));
  };
  add("dead_reason", dead.reason);
  add("dead_topic", event.topic);
  add("dead_value", fits ? "whole" : "omitted");
  auto known = topics.find(event.topic);
  auto partition = known == topics.end() ? 0 : dead.targets.front().partition;
  auto code = rd_kafka_producev(
      producer->get(), RD_KAFKA_V_TOPIC(dead_topic), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(event.key.data(), event.key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(event.data.data()), fits ? event.data.size() : 0), RD_KAFKA_V_HEADERS(headers),
      RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(static_cast<std::uintptr_t>(no_ticket))), RD_KAFKA_V_END);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_headers_destroy(headers);
    settings.report(severity::warning, "Kafka: the topic of dead events is not told: " + words_of(code));
  }
}

} // namespace callboard::kafka
