#include "tests/adapters/websocket_support.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace callboard;
using namespace callboard::test;
using namespace std::string_literals;

namespace {

using event_list = std::vector<std::string>;

std::string close_payload(int code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(reason);
}

} // namespace

TEST_CASE("an idle decoder is small and holds nothing on the heap") {
  CHECK(sizeof(websocket::decoder) <= 16);
  websocket::decoder decoder;
  event_list events;
  CHECK(decoder.is_idle());
  feed(decoder, encode({.payload = "Hello"}), events);
  CHECK(decoder.is_idle());
  const auto bytes = encode({.payload = "Hello"});
  feed(decoder, bytes.substr(0, 8), events);
  CHECK_FALSE(decoder.is_idle());
  feed(decoder, bytes.substr(8), events);
  CHECK(decoder.is_idle());
  feed(decoder, encode({{.payload = "a", .final = false}, {.opcode = 9}}), events);
  CHECK_FALSE(decoder.is_idle());
  feed(decoder, encode({.opcode = 0, .payload = "b"}), events);
  CHECK(decoder.is_idle());
  CHECK(events == event_list{"text:Hello", "text:Hello", "ping:", "text:ab"});
}

TEST_CASE("a message that lies whole in the input is handed out from there") {
  auto bytes = encode({{.payload = "first"}, {.payload = "second"}});
  std::span<char> input(bytes);
  websocket::decoder decoder;
  const auto first = decoder.next(input);
  CHECK(first.payload == "first");
  CHECK(first.payload.data() == bytes.data() + 6);
  CHECK(input.size() == 12);
  CHECK(decoder.next(input).payload == "second");
  CHECK(decoder.next(input).what == websocket::event::kind::need_more);
  CHECK(input.empty());
  CHECK(decoder.is_idle());
}

TEST_CASE("every split into two, and every chunk size, gives the same events") {
  const auto bytes = encode({{.payload = "first"},
                             {.payload = std::string(200, 'x')},
                             {.payload = "Prive", .final = false},
                             {.opcode = 9, .payload = "in between"},
                             {.opcode = 0, .payload = "\xd0", .final = false},
                             {.opcode = 0, .payload = "", .final = false},
                             {.opcode = 10},
                             {.opcode = 0, .payload = "\x96"},
                             {.payload = ""},
                             {.opcode = 8, .payload = close_payload(1000, "bye")},
                             {.payload = "after the close"}});
  const event_list expected{
      "text:first",    "text:" + std::string(200, 'x'), "ping:in between", "pong:", "text:PriveЖ", "text:",
      "close:1000:bye"};
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    CAPTURE(split);
    websocket::decoder decoder;
    event_list events;
    feed(decoder, std::string_view(bytes).substr(0, split), events);
    feed(decoder, std::string_view(bytes).substr(split), events);
    CHECK(events == expected);
  }
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(decode(bytes, size) == expected);
  }
}

TEST_CASE("lengths must be in their shortest form") {
  for (const std::size_t size : {0, 1, 125}) {
    CHECK(decode(encode({.payload = std::string(size, 'x'), .length_bytes = 2}), 4096) == event_list{"fail:1002"});
    CHECK(decode(encode({.payload = std::string(size, 'x'), .length_bytes = 8}), 4096) == event_list{"fail:1002"});
  }
  CHECK(decode(encode({.payload = std::string(126, 'x'), .length_bytes = 8}), 4096) == event_list{"fail:1002"});
  CHECK(decode(encode({.payload = std::string(65535, 'x'), .length_bytes = 8}), 4096) == event_list{"fail:1002"});
  CHECK(decode(encode({.payload = std::string(126, 'x')}), 4096).front() == "text:" + std::string(126, 'x'));
}

TEST_CASE("a length with the highest bit set breaks the protocol") {
  CHECK(decode("\x81\xff\x80\0\0\0\0\0\0\1"s, 64) == event_list{"fail:1002"});
  CHECK(decode("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s, 64) == event_list{"fail:1009"});
}

TEST_CASE("a message above the limit fails by its header, over all fragments") {
  CHECK(decode(encode({.payload = std::string(10, 'x')}), 64, 10).front() == "text:xxxxxxxxxx");
  CHECK(decode(encode({.payload = std::string(11, 'x')}), 64, 10) == event_list{"fail:1009"});
  // Only the header of a frame that is never sent.
  CHECK(decode("\x81\xff\0\0\0\0\x7f\xff\xff\xff"s, 64) == event_list{"fail:1009"});
  CHECK(decode("\x81\xfe\xff\xff"s, 64, 10) == event_list{"fail:1009"});
  CHECK(decode(encode({{.payload = "123456", .final = false}, {.opcode = 0, .payload = "7890"}}), 64, 10) ==
        event_list{"text:1234567890"});
  CHECK(decode(encode({{.payload = "123456", .final = false}, {.opcode = 0, .payload = "78901"}}), 64, 10) ==
        event_list{"fail:1009"});
  // Control frames are not messages.
  CHECK(decode(encode({.opcode = 9, .payload = std::string(20, 'x')}), 64, 10) ==
        event_list{"ping:" + std::string(20, 'x')});
}

TEST_CASE("violations show at the first byte that proves them") {
  const auto first_event = [](std::string_view bytes) {
    websocket::decoder decoder;
    event_list events;
    feed(decoder, bytes, events);
    return events.empty() ? "nothing" : events.front();
  };
  CHECK(first_event("\xc1") == "fail:1002");     // reserved bit
  CHECK(first_event("\x83") == "fail:1002");     // unknown opcode
  CHECK(first_event("\x82") == "fail:1003");     // binary
  CHECK(first_event("\x80") == "fail:1002");     // continuation of nothing
  CHECK(first_event("\x09") == "fail:1002");     // fragmented ping
  CHECK(first_event("\x81\x05") == "fail:1002"); // no mask
  CHECK(first_event("\x89\xfe") == "fail:1002"); // ping over 125 bytes
  CHECK(first_event("\x81") == "nothing");
  CHECK(first_event("GET / HTTP/1.1\r\n") == "fail:1002");
}

TEST_CASE("nothing follows a failure or a close") {
  websocket::decoder decoder;
  event_list events;
  feed(decoder, encode({{.reserved = 1}, {.payload = "more"}}), events);
  feed(decoder, encode({.payload = "more"}), events);
  CHECK(events == event_list{"fail:1002"});
  CHECK(decoder.is_idle());
}

TEST_CASE("unmask works for every length and alignment") {
  const websocket::mask_key key{'\x01', '\x80', '\xff', '\x5a'};
  for (std::size_t offset = 0; offset < 8; ++offset)
    for (std::size_t size = 0; size < 70; ++size) {
      std::string bytes(offset + size + 1, 'p');
      websocket::unmask(std::span(bytes).subspan(offset, size), key);
      bool right = bytes.back() == 'p';
      for (std::size_t i = 0; i < size; ++i)
        right = right && bytes[offset + i] == static_cast<char>('p' ^ key[i % 4]);
      CHECK(right);
    }
}

TEST_CASE("random conversations in random chunks give what was sent") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit)(random);
  };
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    event_list expected;
    for (int i = 0; i < 20; ++i) {
      const std::string text(below(3) == 0 ? below(70'000) % 65'537 : below(200), static_cast<char>('a' + below(25)));
      std::size_t start = 0;
      const auto fragments = below(3);
      for (std::size_t f = 0; f <= fragments; ++f) {
        const auto end = f == fragments ? text.size() : start + below(text.size() - start);
        bytes +=
            encode({.opcode = f == 0 ? 1 : 0, .payload = text.substr(start, end - start), .final = f == fragments});
        start = end;
        if (f != fragments && below(1) == 0) {
          bytes += encode({.opcode = 9, .payload = "p"});
          expected.push_back("ping:p");
        }
      }
      websocket::event sent{websocket::event::kind::text, text};
      expected.push_back(describe(sent));
    }
    websocket::decoder decoder;
    event_list events;
    for (std::size_t i = 0; i < bytes.size();) {
      const auto size = 1 + below(below(1) == 0 ? 100 : 20'000);
      feed(decoder, std::string_view(bytes).substr(i, size), events);
      i += size;
    }
    REQUIRE(events == expected);
    REQUIRE(decoder.is_idle());
  }
}
