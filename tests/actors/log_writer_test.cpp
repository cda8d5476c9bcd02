#include "actors/log_writer.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct log_writer_fixture : deterministic {
  fake<write_connection_actor> connection{*this};
  std::shared_ptr<std::vector<partition_id>> woken = std::make_shared<std::vector<partition_id>>();
  std::shared_ptr<std::vector<std::int64_t>> told = std::make_shared<std::vector<std::int64_t>>(); // epochs
  log_writer_config config;
  log_writer_actor writer;

  void begin() {
    config.outbox_grew = [woken = woken](partition_id id) { woken->push_back(id); };
    config.fenced = [told = told](fence old) { told->push_back(number_of(old.epoch)); };
    config.probe = std::make_shared<node_probe>();
    writer = start(log_writer, config, connection.handle());
  }

  mark_read mark(int offset) { return {{}, room_id{1}, user_id{2}, static_cast<stream_offset>(offset)}; }

  pending<std::uint32_t> put(int offset) { return ask<std::uint32_t>(writer, mark(offset)); }

  std::vector<stream_offset> batch(std::size_t index) {
    std::vector<stream_offset> offsets;
    for (auto& each : connection->all<write_batch_ptr>().at(index)->operations)
      offsets.push_back(std::get<mark_read>(each).offset);
    return offsets;
  }

  void commit(std::vector<write_answer> answers, std::vector<partition_id> touched = {}) {
    auto outcome = std::make_shared<write_answers>();
    outcome->answers = std::move(answers);
    outcome->touched = std::move(touched);
    connection.answer<write_batch_ptr>(write_answers_ptr{outcome});
  }
};

} // namespace

TEST_CASE_FIXTURE(log_writer_fixture, "what waits while a transaction runs becomes the next one") {
  begin();
  auto first = put(1);
  auto second = put(2);
  auto third = put(3);
  REQUIRE(connection->count<write_batch_ptr>() == 1);
  CHECK(batch(0) == std::vector<stream_offset>{1});
  CHECK_FALSE(first.arrived());
  commit({std::uint32_t{10}}, {partition_id{4}, partition_id{9}});
  CHECK(first.value() == 10);
  CHECK_FALSE(second.arrived());
  CHECK(*woken == std::vector<partition_id>{partition_id{4}, partition_id{9}});
  REQUIRE(connection->count<write_batch_ptr>() == 2);
  CHECK(batch(1) == std::vector<stream_offset>{2, 3});
  commit({std::uint32_t{20}, std::uint32_t{30}});
  CHECK(second.value() == 20);
  CHECK(third.value() == 30);
  CHECK(connection->count<write_batch_ptr>() == 2);
}

TEST_CASE_FIXTURE(log_writer_fixture, "a transaction carries at most max_batch operations, in order") {
  config.max_batch = 2;
  begin();
  for (int i = 1; i <= 6; ++i)
    put(i);
  commit({std::uint32_t{0}});
  CHECK(batch(1) == std::vector<stream_offset>{2, 3});
  commit({std::uint32_t{0}, std::uint32_t{0}});
  CHECK(batch(2) == std::vector<stream_offset>{4, 5});
  commit({std::uint32_t{0}, std::uint32_t{0}});
  CHECK(batch(3) == std::vector<stream_offset>{6});
}

TEST_CASE_FIXTURE(log_writer_fixture, "one operation's refusal is its own") {
  begin();
  put(0);
  auto good = put(1);
  auto bad = put(2);
  commit({std::uint32_t{0}});
  commit({std::uint32_t{7}, make_failure(errc::moved)});
  CHECK(good.value() == 7);
  CHECK(bad.failure() == errc::moved);
}

TEST_CASE_FIXTURE(log_writer_fixture, "a commit that fails answers all of its operations, and the next one begins") {
  begin();
  put(0);
  auto first = put(1);
  auto second = put(2);
  commit({std::uint32_t{0}});
  auto later = put(3);
  connection.fail<write_batch_ptr>(errc::storage_full);
  CHECK(first.failure() == errc::storage_full);
  CHECK(second.failure() == errc::storage_full);
  CHECK(woken->empty());
  REQUIRE(connection->count<write_batch_ptr>() == 3);
  commit({std::uint32_t{3}});
  CHECK(later.value() == 3);
}

TEST_CASE_FIXTURE(log_writer_fixture, "past the bound operations are refused, and taken again when there is room") {
  config.max_queue = 2;
  begin();
  put(0);
  put(1);
  put(2);
  CHECK(put(3).failure() == errc::overloaded);
  commit({std::uint32_t{0}});
  CHECK_FALSE(put(4).arrived());
}

TEST_CASE_FIXTURE(log_writer_fixture, "answers of a wrong kind or number are internal errors") {
  begin();
  auto wrong_kind = put(1);
  commit({done{}});
  CHECK(wrong_kind.failure() == errc::internal);
  auto too_few = put(2);
  commit({});
  CHECK(too_few.failure() == errc::internal);
  CHECK_FALSE(put(3).arrived()); // and goes on
  CHECK(connection->count<write_batch_ptr>() == 3);
}

TEST_CASE_FIXTURE(log_writer_fixture, "a connection that never answers is given up after the commit's deadline") {
  config.commit_deadline = 1s;
  begin();
  auto lost = put(1);
  advance(990ms);
  CHECK_FALSE(lost.arrived());
  advance(50ms);
  CHECK(lost.failure() == errc::timeout);
}

TEST_CASE_FIXTURE(log_writer_fixture, "asked to end, the writer commits what waits, takes nothing new, and ends") {
  begin();
  auto first = put(1);
  auto second = put(2);
  stop(writer);
  CHECK(put(3).failure() == errc::unavailable);
  commit({std::uint32_t{1}});
  CHECK(first.value() == 1);
  REQUIRE(connection->count<write_batch_ptr>() == 2);
  CHECK(batch(1) == std::vector<stream_offset>{2});
  commit({std::uint32_t{2}});
  CHECK(second.value() == 2);
  CHECK(put(4).failure() == errc::unavailable); // the receiver is down
}

TEST_CASE_FIXTURE(log_writer_fixture, "an idle writer ends at once") {
  begin();
  stop(writer);
  CHECK(put(1).failure() == errc::unavailable);
  CHECK(connection->count<write_batch_ptr>() == 0);
}

TEST_CASE_FIXTURE(log_writer_fixture, "while the outbox is full what adds to it is refused, and nothing else") {
  auto full = std::make_shared<bool>(true);
  config.outbox_full = [full] { return *full; };
  begin();
  CHECK(ask<user_view>(writer, register_user{}).failure() == errc::storage_full);
  CHECK(ask<std::vector<appended>>(writer, append_events{}).failure() == errc::storage_full);
  CHECK(ask<reminder_record>(writer, create_reminder{}).failure() == errc::storage_full);
  CHECK(connection->count<write_batch_ptr>() == 0);
  CHECK(config.probe->outbox_refusals.value() == 3);
  auto ended = ask<std::vector<session_id>>(writer, end_sessions{});
  CHECK(connection->count<write_batch_ptr>() == 1);
  commit({std::vector<session_id>{}});
  CHECK(ended.arrived());
  *full = false;
  ask<user_view>(writer, register_user{});
  CHECK(connection->count<write_batch_ptr>() == 2);
}

TEST_CASE_FIXTURE(log_writer_fixture, "that a partition was taken over is told once for each epoch") {
  begin();
  auto put_under = [this](int epoch) {
    auto operation = mark(1);
    operation.guard = {partition_id{3}, epoch_number{epoch}};
    return ask<std::uint32_t>(writer, operation);
  };
  auto refuse = [this](errc code) { commit({write_answer{make_failure(code)}}); };
  for (int i = 0; i < 2; ++i) {
    auto refused = put_under(7);
    refuse(errc::moved);
    CHECK(refused.failure() == errc::moved);
  }
  CHECK(*told == std::vector<std::int64_t>{7});
  put_under(8);
  refuse(errc::hidden);
  CHECK(told->size() == 1);
  put_under(8);
  refuse(errc::moved);
  CHECK(*told == std::vector<std::int64_t>{7, 8});
  claim_partitions claim;
  claim.partitions = {partition_id{2}, partition_id{3}};
  ask<std::vector<epoch_number>>(writer, claim);
  commit({write_answer{std::vector<epoch_number>{epoch_number{5}, epoch_number{11}}}});
  put_under(10); // of before the claim
  refuse(errc::moved);
  CHECK(told->size() == 2);
  put_under(11);
  refuse(errc::moved);
  CHECK(told->back() == 11);
}
