#include <algorithm>
#include <utility>

#include "adapters/kafka/event_producer.hpp"

// How the producer comes and goes.

namespace callboard::kafka {
namespace {

constexpr std::size_t largest_request = 1'000'000;
constexpr std::size_t room_in_request = 512; // for what surrounds the messages
constexpr auto check_deadline = std::chrono::seconds{60};

} // namespace

void event_producer_state::connect() {
  self->request(keeper, check_deadline, check_topics{})
      .then([this](topic_table& known) { start_producer(std::move(known)); },
            [this](const caf::error& reason) { give_up_for_now(reason); });
}

void event_producer_state::give_up_for_now(const caf::error& reason) {
  auto sentence = context_of(reason).detail;
  auto wrong = code_of(reason) == errc::conflict;
  if (sentence.empty())
    sentence = "Kafka: " + to_string(code_of(reason));
  if (std::exchange(why_not, sentence) != sentence)
    settings.report(wrong ? severity::error : severity::warning, sentence);
  auto pause = wrong ? settings.wrong_topics_pause
                     : std::min(settings.longest_pause, settings.first_pause * (1 << std::min(tries++, 10u)));
  self->delayed_send(self, pause, connect_again{});
}

void event_producer_state::start_producer(topic_table known) {
  // A request holds messages of one partition, and is refused as a whole.
  auto smallest = largest_request;
  for (auto& [topic, facts] : known)
    smallest = std::min(smallest, facts.max_bytes);
  auto made =
      client::make(RD_KAFKA_PRODUCER, settings,
                   {{"enable.idempotence", "true"},
                    {"acks", "all"},
                    {"linger.ms", "2"},
                    {"message.timeout.ms", "0"}, // without end: see the class
                    {"socket.timeout.ms", "10000"},
                    {"request.timeout.ms", "9000"},
                    {"batch.size", std::to_string(std::max(smallest, 2 * room_in_request) - room_in_request)},
                    {"message.max.bytes", "100000000"}, // each topic has a limit of its own, which `send` keeps to
                    {"queue.buffering.max.kbytes", std::to_string(settings.queued_kilobytes)},
                    {"queue.buffering.max.messages", "200000"}});
  if (!made)
    return give_up_for_now(make_failure(errc::unavailable, "Kafka: " + context_of(made.error()).detail));
  topics = std::move(known);
  producer = std::move(*made);
  tries = 0;
  caf::weak_actor_ptr to_me{self->ctrl()};
  // Not held: the actor's end is what ends the thread.
  auto tell = [to_me](auto message) {
    if (auto me = to_me.lock())
      caf::anon_send(caf::actor_cast<caf::actor>(me), std::move(message));
  };
  deliveries = std::make_unique<delivery_thread>(
      producer->get(), delivery_thread::listener{[tell](std::vector<delivery> all) { tell(delivered{std::move(all)}); },
                                                 [tell, number = ++generation](std::string words) {
                                                   tell(producer_broken{number, std::move(words)});
                                                 }});
  why_not.clear();
  if (settings.probe)
    settings.probe->kafka.connected.set(1);
  settings.report(severity::info, "Kafka: events are published to " + settings.brokers);
}

// What was not acknowledged is forgotten; the relays send it again.
void event_producer_state::stop_producer() {
  if (settings.probe)
    settings.probe->kafka.connected.set(0);
  deliveries.reset();
  if (producer) {
    auto wait = static_cast<int>(*stopping ? settings.flush_deadline.count() : 0);
    rd_kafka_flush(producer->get(), wait);
    rd_kafka_purge(producer->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    producer.reset();
  }
  tickets.clear();
  acquaintances.clear();
  auto left = std::exchange(partitions, {});
  for (auto& [partition, entry] : left)
    if (entry.current && !*stopping)
      entry.current->promise.deliver(make_failure(errc::unavailable, "Kafka: the producer has ended"));
}

} // namespace callboard::kafka
