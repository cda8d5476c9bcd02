#include "bin/callboard-load/scanner.hpp"

#include "bin/callboard-load/commands.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace callboard::load;

namespace {

struct fixture {
  channel_table channels;
  scanner lines{channels, "r1"};
  std::string padded;

  fixture() {
    channels.add("room:1");
    channels.add("room:2");
  }

  const message& parse(const std::string& line) {
    padded = line + std::string(64, '#');
    return lines.parse({padded.data(), line.size()});
  }
};

const std::string peer_line =
    R"({"push":{"channel":"room:1","pub":{"data":{"text":"r1:7:xxxx","key":"k"},"info":{"user":"1","client":"c"},"offset":9}}})";

} // namespace

TEST_CASE_FIXTURE(fixture, "a publication in the peer's order of fields") {
  const message& found = parse(peer_line);
  REQUIRE(found.kind == message_kind::publication);
  CHECK(found.published.channel == 0);
  CHECK(found.published.offset == 9);
  CHECK(found.published.sequence == 7);
}

TEST_CASE_FIXTURE(fixture, "the publication's own offset counts, not one inside its data or text") {
  const message& found = parse(
      R"({"push":{"pub":{"offset":5,"data":{"offset":99,"type":"message","text":"r1:3: \"offset\":77, }","user":{"id":1}}},"channel":"room:2"}})");
  REQUIRE(found.kind == message_kind::publication);
  CHECK(found.published.channel == 1);
  CHECK(found.published.offset == 5);
  CHECK(found.published.sequence == 3);
}

TEST_CASE_FIXTURE(fixture, "publications of others have no sequence, ephemeral ones no offset") {
  CHECK(parse(R"({"push":{"channel":"room:1","pub":{"data":{"text":"r2:7:x"},"offset":2}}})").published.sequence == 0);
  CHECK(parse(R"({"push":{"channel":"room:1","pub":{"data":[1,2],"offset":2}}})").published.sequence == 0);
  CHECK(parse(R"({"push":{"channel":"room:1","pub":{"data":{"type":"typing"}}}})").published.offset == 0);
  CHECK(parse(R"({"push":{"channel":"user:5","pub":{"data":{},"offset":1}}})").published.channel ==
        channel_table::unknown);
}

TEST_CASE_FIXTURE(fixture, "a known line is found by comparing bytes, any other is not") {
  parse(peer_line);
  std::size_t length = 0;
  const publication* found = lines.known(peer_line + "\n{}", 0, 9, length);
  REQUIRE(found != nullptr);
  CHECK(found->sequence == 7);
  CHECK(length == peer_line.size());
  CHECK(lines.known(peer_line, 0, 9, length) != nullptr);
  CHECK(lines.known(peer_line, 0, 10, length) == nullptr);
  CHECK(lines.known(peer_line, 1, 9, length) == nullptr);
  CHECK(lines.known(peer_line + "x", 0, 9, length) == nullptr);
  CHECK(lines.known(peer_line.substr(0, 50), 0, 9, length) == nullptr);
  std::string other = peer_line;
  other[other.find("r1:7")] = 'q';
  CHECK(lines.known(other, 0, 9, length) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "pings and replies") {
  CHECK(parse("{}").kind == message_kind::ping);
  const message& connected = parse(R"({"id":4,"connect":{"client":"c","version":"1","subs":{"user:1":{"offset":3}}}})");
  REQUIRE(connected.kind == message_kind::reply);
  CHECK(kind_of(connected.id) == command_kind::connect);
  CHECK(connected.code == 0);
  CHECK(connected.offset == 0);
  const message& refused = parse(R"({"id":7,"error":{"code":103,"message":"permission denied"}})");
  REQUIRE(refused.kind == message_kind::reply);
  CHECK(refused.code == 103);
  CHECK(refused.reason == "permission denied");
}

TEST_CASE_FIXTURE(fixture, "a reply to subscribe with recovered publications") {
  const message& found = parse(
      R"({"id":5,"subscribe":{"recoverable":true,"epoch":"e1","publications":[{"data":{"text":"r1:1:"},"offset":4},{"data":{"text":"r1:2:"},"offset":5}],"recovered":true,"offset":5,"was_recovering":true}})");
  REQUIRE(found.kind == message_kind::reply);
  CHECK(kind_of(found.id) == command_kind::subscribe);
  CHECK(slot_of(found.id) == 0);
  CHECK(found.recovered);
  CHECK(found.epoch == "e1");
  CHECK(found.offset == 5);
  REQUIRE(found.publications.size() == 2);
  CHECK(found.publications[0].offset == 4);
  CHECK(found.publications[1].sequence == 2);
  CHECK(parse(R"({"id":5,"subscribe":{}})").publications.empty());
}

TEST_CASE_FIXTURE(fixture, "other pushes") {
  const message& removed = parse(R"({"push":{"channel":"room:2","unsubscribe":{"code":2000,"reason":"removed"}}})");
  REQUIRE(removed.kind == message_kind::unsubscribe);
  CHECK(removed.channel == 1);
  CHECK(removed.code == 2000);
  const message& ended = parse(R"({"push":{"disconnect":{"code":3001,"reason":"shutdown"}}})");
  REQUIRE(ended.kind == message_kind::disconnect);
  CHECK(ended.reason == "shutdown");
  CHECK(parse(R"({"push":{"channel":"room:1","join":{"info":{}}}})").kind == message_kind::other);
}

TEST_CASE_FIXTURE(fixture, "lines that are not of the protocol") {
  for (const std::string line : {"", "x", "[]", "{\"push\":", "{\"id\":0}", "{\"id\":\"4\"}", "{\"ping\":1}",
                                 "{\"id\":4,\"error\":{}}", "{\"id\":-4}", "{\"push\":{\"channel\":5,\"pub\":{}}}",
                                 "{\"push\":{\"channel\":\"room:1\",\"pub\":{\"offset\":\"1\"}}}",
                                 "{\"id\":5,\"subscribe\":{\"publications\":[1]}}"}) {
    CAPTURE(line);
    CHECK(parse(line).kind == message_kind::malformed);
  }
}

TEST_CASE_FIXTURE(fixture, "texts carry their sequence and have the size asked for") {
  CHECK(lines.text_of(12, 40).size() == 40);
  CHECK(lines.text_of(12, 1) == "r1:12:");
  std::string line;
  append_publish(line, 3, "room:\"1\"\n", lines.text_of(12, 32), "k\\");
  CHECK(line == R"({"id":19,"publish":{"channel":"room:\"1\"\u000a","data":{"text":"r1:12:)" + std::string(26, 'x') +
                    R"(","key":"k\\"}}})");
}

TEST_CASE("command ids tell kind and slot") {
  for (const auto kind :
       {command_kind::connect, command_kind::subscribe, command_kind::unsubscribe, command_kind::publish})
    for (const std::uint32_t slot : {0U, 1U, 999U, (1U << 28) - 1}) {
      const std::uint32_t id = command_id(kind, slot);
      CHECK(id != 0);
      CHECK(kind_of(id) == kind);
      CHECK(slot_of(id) == slot);
    }
}
