#include "adapters/kafka/event_producer.hpp"

#include <algorithm>
#include <utility>

#include "adapters/kafka/cloud_event.hpp"

namespace callboard::kafka {
namespace {

// Errors that are about one message, whatever the broker's state.
bool is_own(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
         code == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
}

// Brokers forget a producer that they have not heard of for long, a day by default.
constexpr auto remembered = std::chrono::hours{1};

caf::error unavailable(const std::string& sentence) {
  return make_failure(errc::unavailable, sentence);
}

} // namespace

bool event_producer_state::pending_event::is(progress what) const {
  return std::any_of(targets.begin(), targets.end(), [what](const target& each) { return each.now == what; });
}

bool event_producer_state::pending_event::settled() const {
  return !is(progress::waiting) && !is(progress::sent);
}

bool event_producer_state::acquaintance::holds(std::chrono::steady_clock::time_point now) const {
  return heard != std::chrono::steady_clock::time_point{} && now - heard < remembered;
}

event_producer_state::event_producer_state(event_producer_actor::stateful_pointer<event_producer_state> pointer)
    : self(pointer) {}

event_producer_state::~event_producer_state() {
  *stopping = true;
  stop_producer();
}

event_producer_actor::behavior_type event_producer_state::make_behavior(options given, log_writer_actor keeps) {
  settings = std::move(given);
  writer = std::move(keeps);
  keeper = self->spawn<caf::linked + caf::detached>(topic_keeper, settings, stopping);
  connect();
  return {[this](publish_events& request) { return publish(request); },
          [this](const delivered& reports) {
            for (auto& each : reports.all)
              settle(each);
          },
          [this](const producer_broken& news) {
            if (news.generation != generation || !producer)
              return;
            settings.report(severity::error, "Kafka: the producer is made anew: " + news.words);
            stop_producer();
            connect();
          },
          [this](const batch_late& late) {
            auto mine = partitions[late.partition].current;
            if (!mine || mine->number != late.batch)
              return;
            if (settings.probe) {
              settings.probe->kafka.timeout.add();
              settings.probe->kafka.connected.set(0);
            }
            fail(mine, make_failure(errc::timeout, "Kafka does not take the events in time"));
          },
          [this](connect_again) { connect(); }};
}

caf::result<done> event_producer_state::publish(publish_events& request) {
  auto& entry = partitions[request.partition];
  if (!producer)
    return unavailable(why_not);
  if (entry.current)
    return make_failure(errc::overloaded, "a batch of this partition is under way");
  auto mine = std::make_shared<batch>();
  mine->number = ++last_batch;
  mine->partition = request.partition;
  mine->events.reserve(request.events.size());
  for (auto& event : request.events) {
    auto& known = entry.events[event.id];
    if (!known)
      known = prepare(request.partition, std::move(event));
    // What follows an event that librdkafka has no room for must not overtake it.
    if (auto reason = send(request.partition, known))
      return reason;
    mine->open += known->settled() ? 0 : 1;
    known->batch = mine->number;
    mine->events.push_back(known);
  }
  mine->promise = self->make_response_promise<done>();
  entry.current = mine;
  self->delayed_send(self, settings.batch_deadline, batch_late{mine->number, request.partition});
  auto promise = mine->promise;
  if (mine->open == 0)
    go_on(mine);
  return promise;
}

event_producer_state::event_ptr event_producer_state::prepare(partition_id partition, domain_event event) const {
  auto pending = std::make_shared<pending_event>();
  pending->targets.push_back({event.topic, event.key, {}, number_of(partition), progress::waiting});
  for (auto& route : settings.routes) {
    if (route.type != event.type)
      continue;
    target copy{route.topic, event.key, {}, number_of(partition), progress::waiting};
    if (!route.key.empty()) {
      copy.key = route.key;
      copy.value = value_for_older_consumers(event.data);
    }
    auto known = topics.find(route.topic);
    auto count = known == topics.end() ? settings.partitions : known->second.partitions;
    if (count != settings.partitions || !route.key.empty())
      copy.partition = number_of(settings.partition_of(copy.key, count));
    pending->targets.push_back(std::move(copy));
  }
  pending->event = std::move(event);
  return pending;
}

// Gives librdkafka what it has not got of an event yet, and may get now.
caf::error event_producer_state::send(partition_id partition, const event_ptr& pending) {
  auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < pending->targets.size(); ++i) {
    auto& to = pending->targets[i];
    if (to.now != progress::waiting)
      continue;
    auto known = topics.find(to.topic);
    auto& value = to.value.empty() ? pending->event.data : to.value;
    auto size = size_in_log(pending->event, settings.source, to.key.size(), value.size());
    auto& broker = acquaintances[{to.topic, to.partition}];
    auto first = !broker.holds(now);
    if (first && broker.asked)
      continue; // its turn comes with the answer
    auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (known == topics.end())
      code = RD_KAFKA_RESP_ERR_INVALID_RECORD; // a topic that callboard does not have
    else if (size > known->second.max_bytes)
      code = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    else
      code = produce(pending->event, to, ++last_ticket);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      to.now = progress::sent;
      broker.asked = first;
      tickets.insert_or_assign(last_ticket, ticket_entry{partition, pending, i, &broker, first});
    } else if (is_own(code)) {
      to.now = progress::refused;
      pending->alone = true;
      pending->reason = to.topic + ": " + words_of(code);
    } else if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return make_failure(errc::overloaded, "Kafka: too many events wait for the broker");
    } else {
      return unavailable("Kafka: " + words_of(code));
    }
  }
  return {};
}

rd_kafka_resp_err_t event_producer_state::produce(const domain_event& event, const target& to, std::uint64_t ticket) {
  auto* headers = make_headers(event, settings.source);
  auto& value = to.value.empty() ? event.data : to.value;
  auto code = rd_kafka_producev(
      producer->get(), RD_KAFKA_V_TOPIC(to.topic.c_str()), RD_KAFKA_V_PARTITION(to.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(to.key.data(), to.key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_HEADERS(headers),
      RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(static_cast<std::uintptr_t>(ticket))), RD_KAFKA_V_END);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_headers_destroy(headers); // otherwise they are the message's
  return code;
}

void event_producer_state::count(rd_kafka_resp_err_t code) const {
  if (!settings.probe)
    return;
  auto& probe = settings.probe->kafka;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    probe.ok.add();
    probe.connected.set(1);
  } else {
    (is_own(code) ? probe.refused : probe.lost).add();
  }
}

void event_producer_state::settle(const delivery& report) {
  auto found = tickets.find(report.ticket);
  if (found == tickets.end())
    return; // of a producer before this one, or told to the topic of the dead
  auto [partition, pending, index, broker, first] = std::move(found->second);
  tickets.erase(found);
  if (first)
    broker->asked = false;
  auto& to = pending->targets[index];
  auto mine = partitions[partition].current;
  count(report.code);
  if (report.code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    to.now = progress::taken;
    broker->heard = std::chrono::steady_clock::now();
  } else if (is_own(report.code)) {
    to.now = progress::refused;
    pending->reason = to.topic + ": " + words_of(report.code);
  } else {
    to.now = progress::waiting;
    if (mine)
      fail(mine, unavailable("Kafka: " + to.topic + ": " + words_of(report.code)));
    // It is not known any more, or may not be written: perhaps it was removed.
    if (generation != 0 && producer && report.code != RD_KAFKA_RESP_ERR__PURGE_QUEUE)
      self->send(self, producer_broken{generation, to.topic + ": " + words_of(report.code)});
    mine = nullptr;
  }
  if (mine && pending->batch == mine->number && pending->settled() && --mine->open == 0)
    go_on(mine);
  if (first)
    send_held_back();
}

// What waited for the answer to a first message; of any batch, since routes lead several to one partition of a topic.
void event_producer_state::send_held_back() {
  std::vector<batch_ptr> under_way;
  for (auto& [partition, entry] : partitions)
    if (entry.current)
      under_way.push_back(entry.current);
  for (auto& mine : under_way) {
    bool last = false;
    for (auto& pending : mine->events) {
      if (!pending->is(progress::waiting))
        continue;
      if (auto reason = send(mine->partition, pending)) {
        fail(mine, std::move(reason));
        last = false;
        break;
      }
      last = pending->settled() && --mine->open == 0;
    }
    if (last)
      go_on(mine);
  }
}

// Everything is settled: those that were refused together with others get their try alone, one after the other.
void event_producer_state::go_on(const batch_ptr& mine) {
  for (auto& pending : mine->events) {
    if (pending->alone || !pending->is(progress::refused))
      continue;
    pending->alone = true;
    for (auto& to : pending->targets)
      if (to.now == progress::refused)
        to.now = progress::waiting;
    mine->open = 1;
    if (auto reason = send(mine->partition, pending))
      return fail(mine, std::move(reason));
    if (!pending->settled())
      return;
    mine->open = 0;
  }
  finish(mine);
}

void event_producer_state::finish(const batch_ptr& mine) {
  std::vector<event_ptr> dead;
  for (auto& pending : mine->events)
    if (pending->is(progress::refused))
      dead.push_back(pending);
  if (!dead.empty())
    return mine->looked_again ? bury(mine, std::move(dead)) : look_again(mine, std::move(dead));
  partitions.erase(mine->partition);
  mine->promise.deliver(done{});
}

void event_producer_state::fail(const batch_ptr& mine, caf::error reason) {
  partitions[mine->partition].current = nullptr;
  mine->promise.deliver(std::move(reason));
}

event_producer_actor::behavior_type event_producer(event_producer_actor::stateful_pointer<event_producer_state> self,
                                                   options settings, log_writer_actor writer) {
  return self->state.make_behavior(std::move(settings), std::move(writer));
}

} // namespace callboard::kafka
