// The cases of the Autobahn test suite, categories 1 to 7, as a table: what each sends, and what a server that takes
// text only must see. Each runs whole, byte by byte, and cut in two at every place.
#include "tests/adapters/websocket_support.hpp"

#include <doctest/doctest.h>

using namespace callboard;
using namespace callboard::test;
using namespace std::string_literals;

namespace {

using event_list = std::vector<std::string>;

struct autobahn_case {
  const char* number;
  std::vector<client_frame> frames;
  event_list expected;
};

client_frame text(std::string payload, bool final = true) {
  return {.payload = std::move(payload), .final = final};
}
client_frame more(std::string payload, bool final = true) {
  return {.opcode = 0, .payload = std::move(payload), .final = final};
}
client_frame binary(std::string payload) {
  return {.opcode = 2, .payload = std::move(payload)};
}
client_frame ping(std::string payload) {
  return {.opcode = 9, .payload = std::move(payload)};
}
client_frame pong(std::string payload) {
  return {.opcode = 10, .payload = std::move(payload)};
}
client_frame closing(std::string payload) {
  return {.opcode = 8, .payload = std::move(payload)};
}
client_frame closing(int code, std::string_view reason = {}) {
  return closing(std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(reason));
}
client_frame reserved(int bits, client_frame frame) {
  frame.reserved = bits;
  return frame;
}
client_frame unfinished(client_frame frame) {
  frame.final = false;
  return frame;
}

std::string x(std::size_t size) {
  return std::string(size, 'x');
}

std::string shortened(std::size_t size) {
  return "text:xxxxxxxxxx...(" + std::to_string(size) + ")";
}

void run(const std::vector<autobahn_case>& cases) {
  for (const auto& example : cases) {
    CAPTURE(example.number);
    const auto bytes = encode(example.frames);
    CHECK(decode(bytes, bytes.size()) == example.expected);
    CHECK(decode(bytes, 1) == example.expected);
    CHECK(decode(bytes, 997) == example.expected);
    for (std::size_t split = 1; split < bytes.size() && bytes.size() < 1000; ++split) {
      websocket::decoder decoder;
      event_list events;
      feed(decoder, std::string_view(bytes).substr(0, split), events);
      feed(decoder, std::string_view(bytes).substr(split), events);
      CHECK(events == example.expected);
    }
  }
}

} // namespace

TEST_CASE("Autobahn 1: framing") {
  run({{"1.1.1", {text("")}, {"text:"}},
       {"1.1.2", {text(x(125))}, {"text:" + x(125)}},
       {"1.1.3", {text(x(126))}, {"text:" + x(126)}},
       {"1.1.4", {text(x(127))}, {"text:" + x(127)}},
       {"1.1.5", {text(x(128))}, {"text:" + x(128)}},
       {"1.1.6", {text(x(65535))}, {shortened(65535)}},
       {"1.1.7-8", {text(x(65536))}, {shortened(65536)}},
       {"1.2.1", {binary("")}, {"fail:1003"}},
       {"1.2.2", {binary(x(125))}, {"fail:1003"}},
       {"1.2.3", {binary(x(126))}, {"fail:1003"}},
       {"1.2.6", {binary(x(65535))}, {"fail:1003"}},
       {"1.2.7-8", {binary(x(65536))}, {"fail:1003"}}});
}

TEST_CASE("Autobahn 2: pings and pongs") {
  std::vector<client_frame> ten;
  event_list ten_events;
  for (int i = 0; i < 10; ++i) {
    ten.push_back(ping("payload-" + std::to_string(i)));
    ten_events.push_back("ping:payload-" + std::to_string(i));
  }
  run({{"2.1", {ping("")}, {"ping:"}},
       {"2.2", {ping("Hello, world!")}, {"ping:Hello, world!"}},
       {"2.3", {ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s)}, {"ping:\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s}},
       {"2.4, 2.6", {ping(std::string(125, '\xfe'))}, {"ping:" + std::string(125, '\xfe')}},
       {"2.5", {ping(std::string(126, '\xfe'))}, {"fail:1002"}},
       {"2.7", {pong("")}, {"pong:"}},
       {"2.8", {pong("unsolicited")}, {"pong:unsolicited"}},
       {"2.9", {pong("unsolicited"), ping("ping")}, {"pong:unsolicited", "ping:ping"}},
       {"2.10-11", ten, ten_events}});
}

TEST_CASE("Autobahn 3: reserved bits") {
  run({{"3.1", {reserved(1, text("Hello"))}, {"fail:1002"}},
       {"3.2", {text("Hello"), reserved(2, text("Hello")), ping("")}, {"text:Hello", "fail:1002"}},
       {"3.3", {text("Hello"), reserved(3, text("Hello")), ping("")}, {"text:Hello", "fail:1002"}},
       {"3.4", {text("Hello"), reserved(4, text("Hello")), ping("")}, {"text:Hello", "fail:1002"}},
       {"3.5", {reserved(5, binary("\x00\xff"s))}, {"fail:1002"}},
       {"3.6", {reserved(6, ping("Hello"))}, {"fail:1002"}},
       {"3.7", {reserved(7, closing(1000))}, {"fail:1002"}}});
}

TEST_CASE("Autobahn 4: unknown opcodes") {
  std::vector<autobahn_case> cases;
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const client_frame empty{.opcode = opcode};
    const client_frame filled{.opcode = opcode, .payload = "reserved opcode payload"};
    cases.push_back({"4.x.1", {empty}, {"fail:1002"}});
    cases.push_back({"4.x.2", {filled}, {"fail:1002"}});
    cases.push_back({"4.x.3-5", {text("Hello"), filled, ping("")}, {"text:Hello", "fail:1002"}});
  }
  run(cases);
}

TEST_CASE("Autobahn 5: fragmentation") {
  run({{"5.1", {unfinished(ping("fragment1")), more("fragment2")}, {"fail:1002"}},
       {"5.2", {unfinished(pong("fragment1")), more("fragment2")}, {"fail:1002"}},
       {"5.3-5", {text("fragment1", false), more("fragment2")}, {"text:fragment1fragment2"}},
       {"5.6-8",
        {text("fragment1", false), ping("ping payload"), more("fragment2")},
        {"ping:ping payload", "text:fragment1fragment2"}},
       {"5.9", {more("non-continuation payload"), text("Hello")}, {"fail:1002"}},
       {"5.10-11", {more("non-continuation payload"), text("Hello")}, {"fail:1002"}},
       {"5.12-14", {more("non-continuation payload", false), text("Hello")}, {"fail:1002"}},
       {"5.15",
        {text("fragment1", false), more("fragment2"), more("fragment3", false), text("fragment4")},
        {"text:fragment1fragment2", "fail:1002"}},
       {"5.16", {more("fragment1", false), text("fragment2", false), more("fragment3")}, {"fail:1002"}},
       {"5.17", {more("fragment1"), text("fragment2", false), more("fragment3")}, {"fail:1002"}},
       {"5.18", {text("fragment1", false), text("fragment2")}, {"fail:1002"}},
       {"5.19-20",
        {text("fragment1", false), more("fragment2", false), ping("pongme 1!"), more("fragment3", false),
         more("fragment4", false), ping("pongme 2!"), more("fragment5")},
        {"ping:pongme 1!", "ping:pongme 2!", "text:fragment1fragment2fragment3fragment4fragment5"}}});
}

TEST_CASE("Autobahn 6.1 to 6.4: text in fragments, checked as a whole") {
  const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  const std::string hello = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
  std::vector<client_frame> bytewise;
  for (std::size_t i = 0; i < hello.size(); ++i)
    bytewise.push_back({.opcode = i == 0 ? 1 : 0, .payload = hello.substr(i, 1), .final = i + 1 == hello.size()});
  run({{"6.1.1", {text("")}, {"text:"}},
       {"6.1.2", {text("", false), more("", false), more("")}, {"text:"}},
       {"6.1.3", {text("", false), more("middle frame payload", false), more("")}, {"text:middle frame payload"}},
       {"6.2.1", {text(hello)}, {"text:" + hello}},
       {"6.2.2", {text(hello.substr(0, 12), false), more(hello.substr(12))}, {"text:" + hello}},
       {"6.2.3", bytewise, {"text:" + hello}},
       {"6.2.4", {text(kosme)}, {"text:" + kosme}},
       {"6.3.1", {text(kosme + "\xed\xa0\x80" + "edited")}, {"fail:1007"}},
       {"6.3.2", {text(kosme, false), more("\xed\xa0\x80", false), more("edited")}, {"fail:1007"}},
       {"6.4.1", {text(kosme, false), more("\xf4\x90\x80\x80", false), more("edited")}, {"fail:1007"}},
       {"6.4.2",
        {text(kosme + "\xf4", false), more("\x90", false),
         more("\x80\x80"
              "edited")},
        {"fail:1007"}}});
}

TEST_CASE("Autobahn 6.5 to 6.23: what is UTF-8 and what is not") {
  const std::vector<std::pair<const char*, std::string>> valid = {
      {"6.5", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"},
      {"6.6.2", "\xce\xba"},
      {"6.6.5", "\xce\xba\xe1\xbd\xb9"},
      {"6.7.1", "\x00"s},
      {"6.7.2", "\xc2\x80"},
      {"6.7.3", "\xe0\xa0\x80"},
      {"6.7.4", "\xf0\x90\x80\x80"},
      {"6.9.1", "\x7f"},
      {"6.9.2", "\xdf\xbf"},
      {"6.9.3", "\xef\xbf\xbf"},
      {"6.9.4", "\xf4\x8f\xbf\xbf"},
      {"6.11.1", "\xed\x9f\xbf"},
      {"6.11.2", "\xee\x80\x80"},
      {"6.11.3", "\xef\xbf\xbd"},
      {"6.11.4", "\xf4\x8f\xbf\xbf"},
      {"6.22.1", "\xef\xbf\xbe"},
      {"6.22.2", "\xef\xbf\xbf"},
      {"6.22.3", "\xf0\x9f\xbf\xbe"},
      {"6.22.34", "\xf4\x8f\xbf\xbf"},
      {"6.23.1", "\xef\xbf\xb9"},
      {"6.23.7", "\xef\xbf\xbf"},
  };
  const std::vector<std::pair<const char*, std::string>> invalid = {
      {"6.6.1", "\xce"},
      {"6.6.3", "\xce\xba\xe1"},
      {"6.6.4", "\xce\xba\xe1\xbd"},
      {"6.6.6", "\xce\xba\xe1\xbd\xb9\xcf"},
      {"6.8.1", "\xf8\x88\x80\x80\x80"},
      {"6.8.2", "\xfc\x84\x80\x80\x80\x80"},
      {"6.10.1", "\xf7\xbf\xbf\xbf"},
      {"6.10.2", "\xfb\xbf\xbf\xbf\xbf"},
      {"6.10.3", "\xfd\xbf\xbf\xbf\xbf\xbf"},
      {"6.11.5", "\xf4\x90\x80\x80"},
      {"6.12.1", "\x80"},
      {"6.12.2", "\xbf"},
      {"6.12.3", "\x80\xbf"},
      {"6.12.8", "\x80\xbf\x80\xbf\x80\xbf\xbe"},
      {"6.13.1", "\xc0 \xc1 \xc2 \xdf "},
      {"6.13.2", "\xe0 \xe1 \xef "},
      {"6.13.3", "\xf0 \xf1 \xf7 "},
      {"6.13.4", "\xf8 \xf9 \xfa \xfb "},
      {"6.13.5", "\xfc \xfd "},
      {"6.14.1", "\xc0"},
      {"6.14.2", "\xe0\x80"},
      {"6.14.3", "\xf0\x80\x80"},
      {"6.14.6", "\xdf"},
      {"6.14.7", "\xef\xbf"},
      {"6.15", "\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf\xef\xbf\xf7\xbf\xbf"},
      {"6.16.1", "\xfe"},
      {"6.16.2", "\xff"},
      {"6.16.3", "\xfe\xfe\xff\xff"},
      {"6.17.1", "\xc0\xaf"},
      {"6.17.2", "\xe0\x80\xaf"},
      {"6.17.3", "\xf0\x80\x80\xaf"},
      {"6.17.4", "\xf8\x80\x80\x80\xaf"},
      {"6.18.1", "\xc1\xbf"},
      {"6.18.2", "\xe0\x9f\xbf"},
      {"6.18.3", "\xf0\x8f\xbf\xbf"},
      {"6.19.1", "\xc0\x80"},
      {"6.19.2", "\xe0\x80\x80"},
      {"6.20.1", "\xed\xa0\x80"},
      {"6.20.2", "\xed\xad\xbf"},
      {"6.20.3", "\xed\xae\x80"},
      {"6.20.5", "\xed\xb0\x80"},
      {"6.20.7", "\xed\xbf\xbf"},
      {"6.21.1", "\xed\xa0\x80\xed\xb0\x80"},
      {"6.21.8", "\xed\xaf\xbf\xed\xbf\xbf"},
  };
  for (const auto& [number, payload] : valid)
    run({{number, {text(payload)}, {"text:" + payload}},
         {number, {text(payload.substr(0, 1), false), more(payload.substr(1))}, {"text:" + payload}}});
  for (const auto& [number, payload] : invalid)
    run({{number, {text(payload)}, {"fail:1007"}},
         {number, {text(payload.substr(0, 1), false), more(payload.substr(1))}, {"fail:1007"}}});
}

TEST_CASE("Autobahn 7: closing") {
  std::vector<autobahn_case> cases = {
      {"7.1.1", {text("Hello World!"), closing(1000)}, {"text:Hello World!", "close:1000"}},
      {"7.1.2", {closing(1000), closing(1000)}, {"close:1000"}},
      {"7.1.3", {closing(1000), ping("")}, {"close:1000"}},
      {"7.1.4", {closing(1000), text("Hello World!")}, {"close:1000"}},
      {"7.1.5", {text("fragment1", false), closing(1000), more("fragment2")}, {"close:1000"}},
      {"7.1.6",
       {text(x(65536)), text("Hello"), closing(1000), ping("")},
       {shortened(65536), "text:Hello", "close:1000"}},
      {"7.3.1", {closing("")}, {"close:1005"}},
      {"7.3.2", {closing("a")}, {"fail:1002"}},
      {"7.3.3", {closing(1000)}, {"close:1000"}},
      {"7.3.4", {closing(1000, "Hello World!")}, {"close:1000:Hello World!"}},
      {"7.3.5", {closing(1000, x(123))}, {"close:1000:" + x(123)}},
      {"7.3.6", {closing(1000, x(124))}, {"fail:1002"}},
      {"7.5.1", {closing(1000, "\xce\xba\xe1\xbd\xb9\xed\xa0\x80")}, {"fail:1007"}},
  };
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
    cases.push_back({"7.7.x", {closing(code)}, {"close:" + std::to_string(code)}});
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    cases.push_back({"7.9.x, 7.13.x", {closing(code)}, {"fail:1002"}});
    cases.push_back({"7.9.x, 7.13.x", {closing(code, "reason")}, {"fail:1002"}});
  }
  run(cases);
}
