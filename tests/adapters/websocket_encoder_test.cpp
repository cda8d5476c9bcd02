#include "adapters/websocket/encoder.hpp"
#include "adapters/websocket/handshake.hpp"

#include <doctest/doctest.h>

using namespace callboard;
using namespace std::string_literals;

TEST_CASE("text frames have the shortest length") {
  const std::pair<std::size_t, std::string> headers[] = {{0, "\x81\x00"s},
                                                         {125, "\x81\x7d"s},
                                                         {126, "\x81\x7e\x00\x7e"s},
                                                         {65535, "\x81\x7e\xff\xff"s},
                                                         {65536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s}};
  for (const auto& [length, header] : headers) {
    CAPTURE(length);
    CHECK(websocket::frame_header::text(length).view() == header);
    CHECK(websocket::frame_header::text(length).size() == header.size());
    std::string out = "before";
    websocket::append_text_frame(out, std::string(length, 'x'));
    CHECK(out == "before" + header + std::string(length, 'x'));
  }
}

TEST_CASE("control frames carry at most 125 bytes") {
  std::string out;
  websocket::append_ping_frame(out);
  websocket::append_ping_frame(out, "hi");
  websocket::append_pong_frame(out, "hi");
  CHECK(out == "\x89\x00\x89\x02hi\x8a\x02hi"s);
  out.clear();
  websocket::append_pong_frame(out, std::string(126, 'x'));
  CHECK(out == "\x8a\x7d" + std::string(125, 'x'));
}

TEST_CASE("close frames carry the code and a reason that ends at a code point") {
  std::string out;
  websocket::append_close_frame(out, websocket::close_code::normal, "bye");
  CHECK(out == "\x88\x05\x03\xe8"
               "bye");
  out.clear();
  websocket::append_close_frame(out, static_cast<websocket::close_code>(3008));
  CHECK(out == "\x88\x02\x0b\xc0");
  out.clear();
  websocket::append_close_frame(out, websocket::close_code::no_status, "ignored");
  CHECK(out == "\x88\x00"s);
  out.clear();
  websocket::append_close_frame(out, websocket::close_code::normal, std::string(123, 'x'));
  CHECK(out.size() == 127);
  out.clear();
  websocket::append_close_frame(out, websocket::close_code::normal, std::string(122, 'x') + "Ж");
  CHECK(out == "\x88\x7c\x03\xe8" + std::string(122, 'x'));
}

TEST_CASE("the handshake's accept key is that of RFC 6455") {
  CHECK(websocket::accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  for (const auto& key : {""s, "dGhlIHNhbXBsZSBub25jZQ"s, "dGhlIHNhbXBsZSBub25jZQ==="s, "dGhlIHNhbXBsZSBub25j"s,
                          "dGhlIHNhbXBsZSBub25jZQ==\r\nX: y"s, std::string(10'000, 'A')}) {
    CAPTURE(key.substr(0, 40));
    CHECK_FALSE(websocket::accept_key(key));
  }
}

TEST_CASE("the first supported subprotocol of the client's list is picked") {
  constexpr std::string_view supported[] = {"centrifuge-json", "centrifuge-protobuf"};
  CHECK(websocket::pick_subprotocol("centrifuge-json", supported) == "centrifuge-json");
  CHECK(websocket::pick_subprotocol("other , centrifuge-protobuf,\tcentrifuge-json", supported) ==
        "centrifuge-protobuf");
  for (const auto* offered : {"", ",", " , ,", "other", "centrifuge", "CENTRIFUGE-JSON", "centrifuge-json2"}) {
    CAPTURE(offered);
    CHECK(websocket::pick_subprotocol(offered, supported).empty());
  }
}
