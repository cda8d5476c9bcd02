#include "actors/log_writer.hpp"
#include "actors/outbox_relay.hpp"
#include "tests/actors/room_fixture.hpp"
#include "tests/actors/session_fixture.hpp"
#include "tests/core/kept_spans.hpp"

// What the actors do with a trace: hand it on, and tell of their part in it.

using namespace callboard;
using namespace callboard::test;

namespace {

struct recording {
  std::shared_ptr<kept_spans> kept = std::make_shared<kept_spans>();
  tracer_ptr tracing = std::make_shared<const tracer>(kept, 0.0);

  const span_record& only() {
    REQUIRE(kept->all.size() == 1);
    return kept->all.front();
  }
};

struct traced_room : room_fixture, recording {
  traced_room() { config.tracing = tracing; }
  pending<appended> post_in(const trace_context& trace, std::string text = "x") {
    return ask<appended>(room, room_post{room_id{7}, caller(2), std::move(text), {}, 0, {}, trace});
  }
};

struct traced_writer : deterministic, recording {
  fake<write_connection_actor> connection{*this};
  log_writer_actor writer;

  traced_writer() {
    log_writer_config config;
    config.tracing = tracing;
    config.database = "postgresql";
    writer = start(log_writer, config, connection.handle());
  }
  const write_batch& batch() { return *connection->last<write_batch_ptr>(); }
};

struct traced_relay : deterministic, recording {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<event_log_actor> event_log{*this};
  fake<event_log_actor> broker{*this};
  outbox_relay_actor relay;

  traced_relay() {
    outbox_relay_config config;
    config.tracing = tracing;
    config.system = "kafka";
    relay = start(outbox_relay, fence{partition_id{5}, epoch_number{3}}, config,
                  outbox_relay_neighbours{writer, store, event_log, broker});
    settle();
  }
  void found() {
    std::vector<domain_event> events(3);
    for (int i = 0; i < 3; ++i) {
      events[static_cast<std::size_t>(i)].position = i + 1;
      events[static_cast<std::size_t>(i)].topic = "callboard.rooms";
    }
    events[1].trace = sampled_context();
    events[2].trace = unsampled_context();
    store.answer<read_outbox>(events);
    store.answer<read_outbox>(events);
  }
};

struct traced_session : session_fixture, recording {
  traced_session() { config->tracing = tracing; }
  void run_in(const trace_context& trace, post_command body) {
    client_commands frame;
    frame.commands.push_back({++commands, std::move(body), trace});
    send(session, std::move(frame));
  }
  static post_command message() {
    post_command wanted;
    wanted.channel.room = room_id{7};
    wanted.text = "x";
    return wanted;
  }
};

} // namespace

TEST_CASE_FIXTURE(traced_room, "a room tells of a post, and hands its own span on with the event") {
  load();
  post_in({}, "untraced");
  commit(5);
  CHECK(writer->last<append_events>().traces.empty());
  auto sent = post_in(sampled_context(), "traced");
  auto& traces = writer->last<append_events>().traces;
  REQUIRE(traces.size() == 1);
  CHECK(traces[0].event == 0);
  CHECK(traces[0].trace.trace == sampled_context().trace);
  CHECK(traces[0].trace.span != sampled_context().span);
  CHECK(kept->all.empty());
  auto handed_on = traces[0].trace;
  commit(6);
  CHECK(sent.value().offset == 6);
  CHECK(only().name == "room post");
  CHECK(only().parent == sampled_context().span);
  CHECK(only().context == handed_on);
  CHECK(!only().failed);
}

TEST_CASE_FIXTURE(traced_room, "of a batch each event has its own trace") {
  config.second_append = 1;
  config.appends_in_flight = 1;
  load();
  post_in({}, "first");
  post_in(unsampled_context(), "second");
  post_in({}, "third");
  post_in(sampled_context(), "fourth");
  commit(5);
  auto& operation = writer->last<append_events>();
  REQUIRE(operation.events.size() == 3);
  REQUIRE(operation.traces.size() == 2);
  CHECK(operation.traces[0].event == 0);
  CHECK(operation.traces[0].trace == unsampled_context());
  CHECK(operation.traces[1].event == 2);
}

TEST_CASE_FIXTURE(traced_room, "a post that failed is told of as such") {
  load();
  post_in(sampled_context());
  writer.fail<append_events>(errc::storage_full);
  store.answer<read_events>(std::vector<room_event>{}); // what became of it
  CHECK(only().failed);
  CHECK(only().failure == to_string(errc::storage_full));
}

TEST_CASE_FIXTURE(traced_writer, "a transaction has a span for each trace in it, and is the parent of what it writes") {
  append_events appends;
  appends.room = room_id{1};
  appends.events.resize(3);
  appends.traces = {{0, sampled_context()}, {1, unsampled_context()}, {2, sampled_context()}};
  ask<std::vector<appended>>(writer, std::move(appends));
  auto written = std::get<append_events>(batch().operations.at(0)).traces;
  CHECK(written.at(1).trace == unsampled_context());
  CHECK(kept->all.empty());
  auto outcome = std::make_shared<write_answers>();
  outcome->answers = {std::vector<appended>(3)};
  connection.answer<write_batch_ptr>(write_answers_ptr{outcome});
  REQUIRE(kept->all.size() == 2);
  CHECK(kept->all[0].context == written.at(0).trace);
  CHECK(kept->all[1].context == written.at(2).trace);
  for (auto& each : kept->all) {
    CHECK(each.name == "COMMIT");
    CHECK(each.kind == span_kind::client);
    CHECK(each.parent == sampled_context().span);
    CHECK(!each.failed);
  }
}

TEST_CASE_FIXTURE(traced_writer, "what is refused has failed, and so has everything of a transaction that did") {
  create_room made;
  made.trace = sampled_context();
  auto refused = ask<room_view>(writer, made);
  CHECK(std::get<create_room>(batch().operations.at(0)).trace.span != sampled_context().span);
  auto outcome = std::make_shared<write_answers>();
  outcome->answers = {make_failure(errc::limit_exceeded)};
  connection.answer<write_batch_ptr>(write_answers_ptr{outcome});
  CHECK(refused.failure() == errc::limit_exceeded);
  CHECK(only().failure == to_string(errc::limit_exceeded));
  ask<room_view>(writer, made);
  connection.fail<write_batch_ptr>(errc::unavailable);
  CHECK(kept->all.at(1).failure == to_string(errc::unavailable));
}

TEST_CASE_FIXTURE(traced_relay, "an event is sent with the span that sends it") {
  found();
  auto& events = broker->last<publish_events>().events;
  REQUIRE(events.size() == 3);
  CHECK(events[0].trace.empty());
  CHECK(events[1].trace.trace == sampled_context().trace);
  CHECK(events[1].trace.span != sampled_context().span);
  CHECK(events[2].trace == unsampled_context());
  // Consumers in process are no part of it.
  CHECK(event_log->last<publish_events>().events[1].trace == sampled_context());
  auto sent = events[1].trace;
  event_log.answer<publish_events>(done{});
  CHECK(kept->all.empty());
  broker.answer<publish_events>(done{});
  CHECK(only().name == "send callboard.rooms");
  CHECK(only().kind == span_kind::producer);
  CHECK(only().context == sent);
  CHECK(only().parent == sampled_context().span);
}

TEST_CASE_FIXTURE(traced_session, "a command is told of when it is answered") {
  connect();
  run(message());
  placement.answer<room_post>(appended{});
  CHECK(kept->all.empty());
  run_in(sampled_context(), message());
  CHECK(!placement->last<room_post>().trace.is_sampled()); // whoever is not trusted decides nothing
  CHECK(placement->last<room_post>().trace.trace == sampled_context().trace);
  placement.answer<room_post>(appended{});
  CHECK(kept->all.empty());
}

TEST_CASE_FIXTURE(traced_session, "a trusted peer decides for its commands") {
  is_trusted = true;
  connect();
  run_in(sampled_context(), message());
  auto handed_on = placement->last<room_post>().trace;
  CHECK(handed_on.is_sampled());
  CHECK(kept->all.empty());
  placement.answer<room_post>(appended{});
  CHECK(only().name == "publish");
  CHECK(only().kind == span_kind::server);
  CHECK(only().context == handed_on);
  CHECK(!only().failed);
  run_in(sampled_context(), message());
  placement.fail<room_post>(errc::forbidden);
  CHECK(kept->all.at(1).failure == to_string(errc::forbidden));
  run(message()); // the trace of one command is not that of the next
  CHECK(placement->last<room_post>().trace.empty());
}
