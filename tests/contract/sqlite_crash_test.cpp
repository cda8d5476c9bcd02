#include "tests/contract/sqlite_fixture.hpp"

#include <random>

#include <sys/wait.h>
#include <unistd.h>

using namespace callboard;
using namespace callboard::sql;

namespace {

append_events numbered_message(room_id room, const sqlite_options& options, std::int64_t number) {
  append_events op;
  op.guard = {options.partition_of(to_string(room)), epoch_number{1}};
  op.room = room;
  room_event event;
  event.actor = user_id{1};
  event.text = event.key = std::to_string(number);
  op.events.push_back(event);
  return op;
}

/// Commits batches of three and writes the number of the last message after each commit, until it is killed.
[[noreturn]] void commit_until_killed(const sqlite_options& options, int acknowledge) {
  auto opened = open_store(options);
  auto store = std::get<std::shared_ptr<server_store>>(opened);
  auto session = std::move(std::get<std::unique_ptr<store_session>>(store->open_session()));
  for (std::int64_t number = 0;;) {
    write_batch batch;
    for (int i = 0; i < 3; ++i)
      batch.operations.push_back(numbered_message(room_id{1}, options, ++number));
    if (!session->execute(batch) || ::write(acknowledge, &number, sizeof number) != sizeof number)
      ::_exit(1);
  }
}

} // namespace

TEST_CASE("what was acknowledged is there after the process is killed, whole batches only") {
  auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 5; ++round) {
    contract::scratch_directory scratch;
    auto options = contract::options_in(scratch.path());
    {
      auto opened = open_store(options);
      auto own = std::get<std::shared_ptr<server_store>>(opened)->open_session();
      auto& session = *std::get<std::unique_ptr<store_session>>(own);
      register_user form;
      form.username = "alice";
      REQUIRE(session.execute(form));
      claim_partitions claim{"node", {}};
      for (unsigned i = 0; i < 64; ++i)
        claim.partitions.push_back(static_cast<partition_id>(i));
      REQUIRE(session.execute(claim));
      create_room room;
      room.creator = user_id{1};
      room.guard = {options.partition_of("1"), epoch_number{1}};
      REQUIRE(session.execute(room));
    }
    int acknowledgements[2];
    REQUIRE(::pipe(acknowledgements) == 0);
    auto child = ::fork();
    if (child == 0)
      commit_until_killed(options, acknowledgements[1]);
    ::close(acknowledgements[1]);
    std::int64_t acknowledged = 0, number = 0;
    auto wanted = std::uniform_int_distribution<std::int64_t>{3, 600}(random);
    while (acknowledged < wanted && ::read(acknowledgements[0], &number, sizeof number) == sizeof number)
      acknowledged = number;
    ::kill(child, SIGKILL);
    while (::read(acknowledgements[0], &number, sizeof number) == sizeof number)
      acknowledged = number;
    ::close(acknowledgements[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));

    auto opened = open_store(options);
    REQUIRE(std::holds_alternative<std::shared_ptr<server_store>>(opened));
    auto own = std::get<std::shared_ptr<server_store>>(opened)->open_session();
    auto& session = *std::get<std::unique_ptr<store_session>>(own);
    auto record = session.ask(load_room{room_id{1}});
    REQUIRE(record);
    auto last = static_cast<std::int64_t>(record->room.last_offset);
    CHECK(last >= acknowledged);
    CHECK(last <= acknowledged + 3); // at most the batch whose acknowledgement was lost
    CHECK(last % 3 == 0);
    stream_offset after = 0;
    while (after < record->room.last_offset) {
      auto events = session.ask(read_events{room_id{1}, after, 0, 1000});
      REQUIRE(events);
      REQUIRE_FALSE(events->empty());
      for (auto& event : *events) {
        REQUIRE(event.offset == ++after);
        REQUIRE(event.text == std::to_string(after));
      }
    }
  }
}
