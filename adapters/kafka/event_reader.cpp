#include "adapters/kafka/event_reader.hpp"

#include <algorithm>
#include <utility>

namespace callboard::kafka {

event_reader_state::event_reader_state(event_reader_actor::stateful_pointer<event_reader_state> pointer)
    : self(pointer) {}

event_reader_actor::behavior_type event_reader_state::make_behavior(options given) {
  settings = std::move(given);
  self->set_down_handler([this](const caf::down_msg& message) {
    for (auto i = registrations.begin(); i != registrations.end();) {
      auto key = i->first;
      auto gone = i->second.taker.address() == message.source;
      ++i;
      if (gone)
        end(key);
    }
  });
  return {[this](const consume_partition& wanted) { return begin(wanted); },
          [this](const leave_partition& order) {
            end({order.consumer, order.partition});
          },
          [this](const stream_news& news) { read(news.stream); },
          [this](const stream_resume& order) {
            auto found = streams.find(order.stream);
            if (found != streams.end())
              hand_over(order.stream);
          }};
}

caf::result<done> event_reader_state::begin(const consume_partition& wanted) {
  if (number_of(wanted.partition) >= settings.partitions)
    return make_failure(errc::bad_request, "there is no such partition");
  auto consumer = consumer_of(wanted.consumer);
  if (!consumer)
    return consumer.error();
  registration_key key{wanted.consumer, wanted.partition};
  end(key);
  auto& mine = registrations[key];
  mine.taker = wanted.taker;
  self->monitor(mine.taker);
  for (auto& topic : event_topics())
    if (auto reason = open_stream(*consumer, wanted, topic, mine)) {
      end(key);
      return reason;
    }
  return done{};
}

caf::expected<rd_kafka_t*> event_reader_state::consumer_of(const std::string& consumer) {
  auto& mine = consumers[consumer];
  if (!mine) {
    auto read_ahead = std::to_string(settings.read_ahead_kilobytes);
    auto made = client::make(RD_KAFKA_CONSUMER, settings,
                             {{"enable.auto.commit", "false"},
                              {"auto.offset.reset", "earliest"}, // what is gone by age cannot be had; the rest can
                              {"enable.partition.eof", "false"},
                              {"queued.min.messages", std::to_string(settings.read_batch)},
                              {"queued.max.messages.kbytes", read_ahead},
                              {"fetch.message.max.bytes", std::to_string(settings.read_ahead_kilobytes * 1'024)},
                              // Gathered by the broker: a transaction for each few events would hold up the messages
                              // that are committed meanwhile, and nobody waits for what is read here.
                              {"fetch.min.bytes", "1000000"},
                              {"fetch.wait.max.ms", "250"},
                              {"fetch.error.backoff.ms", "200"}});
    if (!made) {
      consumers.erase(consumer);
      return made.error();
    }
    mine = std::move(*made);
  }
  return mine->get();
}

caf::error event_reader_state::open_stream(rd_kafka_t* consumer, const consume_partition& wanted,
                                           const std::string& topic, registration& mine) {
  std::int64_t from = 0;
  for (auto& position : wanted.from)
    if (position.stream == topic)
      from = position.next;
  auto number = ++last_stream;
  // Not held: a stream ends with its reader.
  auto news = [me = caf::weak_actor_ptr{self->ctrl()}, number] {
    if (auto reader = me.lock())
      caf::anon_send(caf::actor_cast<caf::actor>(reader), stream_news{number});
  };
  auto opened = stream_reader::open(consumer, topic, wanted.partition, from, std::move(news));
  if (!opened)
    return opened.error();
  auto& made = streams[number];
  made.taker = wanted.taker;
  made.reader = std::move(*opened);
  made.batch = std::make_shared<log_batch>(log_batch{wanted.partition, topic, {}, from});
  mine.streams.push_back(number);
  self->send(self, stream_news{number}); // what came before somebody listened
  return {};
}

void event_reader_state::end(const registration_key& key) {
  auto found = registrations.find(key);
  if (found == registrations.end())
    return;
  self->demonitor(found->second.taker.address());
  for (auto number : found->second.streams)
    streams.erase(number);
  registrations.erase(found);
}

void event_reader_state::read(std::uint64_t number) {
  auto found = streams.find(number);
  if (found == streams.end() || found->second.busy)
    return;
  auto& mine = found->second;
  for (;;) {
    auto news = mine.reader->read(settings.read_batch);
    auto where = mine.batch->stream + "/" + to_string(mine.batch->partition);
    if (!news.trouble.empty())
      settings.report(severity::warning, "Kafka: reading " + where + ": " + news.trouble);
    if (news.strange > 0)
      settings.report(severity::error, "Kafka: reading " + where + ": passed over " + std::to_string(news.strange) +
                                           " messages before offset " + std::to_string(news.next) +
                                           " that are no events");
    mine.batch->next = news.next;
    mine.batch->events = std::move(news.events);
    if (!mine.batch->events.empty())
      return hand_over(number);
    if (news.strange == 0 && news.trouble.empty())
      return; // nothing is here; there will be news
  }
}

void event_reader_state::hand_over(std::uint64_t number) {
  auto& mine = streams.at(number);
  mine.busy = true;
  self->request(mine.taker, settings.taker_deadline, *mine.batch)
      .then(
          [this, number](done) {
            auto found = streams.find(number);
            if (found == streams.end())
              return;
            found->second.busy = false;
            found->second.refusals = 0;
            read(number);
          },
          [this, number](caf::error&) {
            auto found = streams.find(number);
            if (found == streams.end())
              return;
            auto pause =
                std::min(settings.longest_pause, settings.first_pause * (1 << std::min(found->second.refusals++, 10u)));
            self->delayed_send(self, pause, stream_resume{number});
          });
}

event_reader_actor::behavior_type event_reader(event_reader_actor::stateful_pointer<event_reader_state> self,
                                               options settings) {
  return self->state.make_behavior(std::move(settings));
}

} // namespace callboard::kafka
