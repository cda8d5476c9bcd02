#include "tests/contract/sqlite_fixture.hpp"

using namespace callboard;

TEST_CASE("a full store answers storage_full, keeps nothing of the batch and recovers") {
  auto store = contract::make_sqlite_fixture(120);
  store->claim_all();
  auto alice = store->add_user("alice");
  auto room = store->add_room(alice);
  stream_offset acknowledged = 0;
  write_batch batch;
  for (int i = 0; i < 20; ++i)
    batch.operations.push_back(store->message(room, alice, std::string(1000, 'x')));
  errc code = errc::none;
  for (int i = 0; i < 1000 && code == errc::none; ++i) {
    auto answers = store->writer().execute(batch);
    if (answers)
      acknowledged += answers->answers.size();
    else
      code = code_of(answers.error());
  }
  CHECK(code == errc::storage_full);
  REQUIRE(acknowledged > 0);
  CHECK(store->ask(load_room{room}).room.last_offset == acknowledged);
  CHECK(store->ask(read_events{room, acknowledged - 1}).size() == 1);
  CHECK(code_of(store->writer().execute(batch).error()) == errc::storage_full);

  // Room is made: the events of the outbox go.
  store->perform(trim_outbox{store->guard_of(room), std::numeric_limits<std::int64_t>::max()});
  CHECK(store->say(room, alice, "again") == acknowledged + 1);
}
