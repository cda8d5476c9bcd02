#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include "adapters/sql/append_runs.hpp"
#include "adapters/sql/postgres/array_text.hpp"
#include "adapters/sql/postgres/failures.hpp"
#include "adapters/sql/postgres/parameters.hpp"
#include "adapters/sql/postgres/reconnecting.hpp"
#include "adapters/sql/postgres/watchdog.hpp"

using namespace callboard;
using namespace callboard::sql;
using namespace std::chrono_literals;

TEST_CASE("codes of PostgreSQL are sorted by what is to be done about them") {
  CHECK(kind_of_sqlstate("40001") == failure::retry);
  CHECK(kind_of_sqlstate("40P01") == failure::retry);
  CHECK(kind_of_sqlstate("55P03") == failure::busy);
  CHECK(kind_of_sqlstate("23505") == failure::constraint);
  CHECK(kind_of_sqlstate("53100") == failure::full);
  CHECK(kind_of_sqlstate("57014") == failure::interrupted);
  CHECK(kind_of_sqlstate("08006") == failure::io);
  CHECK(kind_of_sqlstate("57P01") == failure::io);
  CHECK(kind_of_sqlstate("53300") == failure::io);
  CHECK(kind_of_sqlstate("XX001") == failure::corrupt);
  CHECK(kind_of_sqlstate("42601") == failure::fatal);
}

TEST_CASE("arrays are written as PostgreSQL reads them") {
  array_text empty, numbers, texts, ids;
  CHECK(empty.text() == "{}");
  numbers.add(std::int64_t{1});
  numbers.add(std::int64_t{-9'223'372'036'854'775'807 - 1});
  CHECK(numbers.text() == "{1,-9223372036854775808}");
  texts.add(std::string_view{R"(a"b\c,{})"});
  texts.add_null();
  texts.add(std::string_view{"NULL"});
  texts.add(std::string_view{});
  CHECK(texts.text() == R"({"a\"b\\c,{}",NULL,"NULL",""})");
  CHECK_THROWS_AS(texts.add(std::string_view{"a\0b", 3}), driver_error);
  uuid id;
  id.bytes[0] = 0xab;
  ids.add(id);
  CHECK(ids.text() == R"({"\\xab000000000000000000000000000000"})");
}

TEST_CASE("bytes come back from their hexadecimal form, and nothing else does") {
  std::string text;
  append_hex(text, {"\x00\x7f\xff", 3});
  CHECK(text == "\\x007fff");
  CHECK(bytes_of_hex(text) == std::string("\x00\x7f\xff", 3));
  CHECK_THROWS_AS(bytes_of_hex("007f"), driver_error);
  CHECK_THROWS_AS(bytes_of_hex("\\x0"), driver_error);
  CHECK_THROWS_AS(bytes_of_hex("\\x0g"), driver_error);
}

TEST_CASE("while a server is down one tries at a time, later each time") {
  reconnecting::clock::time_point now{};
  reconnecting gate{100ms, 1000ms};
  CHECK(gate.is_up());
  CHECK_FALSE(gate.begin_attempt(now));
  gate.failed(now, "it is down");
  CHECK_FALSE(gate.is_up());
  for (auto most : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    CHECK(gate.begin_attempt(now + most / 2 - 1ms) == "it is down"); // half of it is jitter
    now += most;
    CHECK_FALSE(gate.begin_attempt(now));
    CHECK(gate.begin_attempt(now) == "it is down"); // another one while this one tries
    gate.failed(now, "it is down");
  }
  now += 1000ms;
  CHECK_FALSE(gate.begin_attempt(now));
  gate.succeeded();
  CHECK(gate.is_up());
  CHECK_FALSE(gate.begin_attempt(now));
  CHECK_FALSE(gate.begin_attempt(now));
}

TEST_CASE("the watchdog ends a wait at its deadline and leaves what ended earlier alone") {
  watchdog guard;
  int early[2], late[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, early) == 0);
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, late) == 0);
  char byte = 0;
  auto now = watchdog::clock::now();
  {
    watchdog::watch unhurt{guard, early[0], now + 1000ms};
    CHECK_FALSE(unhurt.has_bitten());
  }
  watchdog::watch bitten{guard, late[0], now + 1200ms};
  watchdog::watch patient{guard, early[0], now + 10min};
  CHECK(::read(late[0], &byte, 1) == 0); // it would wait for ever
  CHECK(bitten.has_bitten());
  CHECK(watchdog::clock::now() >= now + 1200ms);
  CHECK_FALSE(patient.has_bitten());
  CHECK(::write(early[0], &byte, 1) == 1);
  for (auto socket : {early[0], early[1], late[0], late[1]})
    ::close(socket);
}

TEST_CASE("appends go together up to what depends on them") {
  append_events append;
  append.events.resize(1);
  std::vector<write_op> operations{append, mark_read{},      append, trim_outbox{}, append, count_events{},
                                   append, forget_counted{}, append, delete_room{}, append, append};
  CHECK(append_run(operations, 0) == std::vector<std::size_t>{0, 2, 4, 6, 8});
  CHECK(append_run(operations, 10) == std::vector<std::size_t>{10, 11});
  CHECK(append_run(operations, 11) == std::vector<std::size_t>{11});
}
