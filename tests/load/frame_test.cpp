#include "bin/callboard-load/frame.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace callboard::load;
using namespace std::string_literals;

namespace {

constexpr std::size_t bound = 1 << 20;

/// A frame as a server sends it.
std::string server_frame(int first_byte, const std::string& payload) {
  std::string bytes(1, static_cast<char>(first_byte));
  const std::size_t size = payload.size();
  if (size < 126) {
    bytes.push_back(static_cast<char>(size));
  } else if (size <= 0xffff) {
    bytes += {126, static_cast<char>(size >> 8), static_cast<char>(size)};
  } else {
    bytes.push_back(127);
    for (int i = 7; i >= 0; --i)
      bytes.push_back(static_cast<char>(size >> (8 * i)));
  }
  return bytes + payload;
}

using messages = std::vector<std::pair<opcode, std::string>>;

/// Feeds `bytes` in pieces whose sizes `next_size` tells; false if the reader refused them.
template <class Size>
bool feed_in_pieces(message_reader& reader, const std::string& bytes, Size next_size, messages& out) {
  const auto sink = [&out](opcode code, std::string_view payload) {
    out.emplace_back(code, payload);
    return true;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(next_size(), bytes.size() - at);
    std::vector<char> padded(size + message_reader::padding);
    std::copy_n(bytes.data() + at, size, padded.data());
    if (!reader.feed({padded.data(), size}, sink))
      return false;
    at += size;
  }
  return true;
}

frame_status status_of(const std::string& bytes) {
  frame found;
  return decode_frame(bytes, bound, found);
}

} // namespace

TEST_CASE("lengths at the borders of their three forms decode") {
  for (const std::size_t size : {0, 1, 125, 126, 127, 65'535, 65'536, 100'000}) {
    CAPTURE(size);
    const std::string bytes = server_frame(0x81, std::string(size, 'a'));
    frame found;
    REQUIRE(decode_frame(bytes + "rest", bound, found) == frame_status::complete);
    CHECK(found.payload.size() == size);
    CHECK(found.size == bytes.size());
    CHECK(found.code == opcode::text);
    CHECK(status_of(bytes.substr(0, bytes.size() - 1)) == frame_status::incomplete);
  }
}

TEST_CASE("frames that break RFC 6455 are invalid") {
  CHECK(status_of("\xc1\x01x"s) == frame_status::invalid);                    // reserved bit
  CHECK(status_of("\x83\x01x"s) == frame_status::invalid);                    // unknown opcode
  CHECK(status_of("\x8b\x00"s) == frame_status::invalid);                     // unknown control opcode
  CHECK(status_of("\x81\x81\x00\x00\x00\x00x"s) == frame_status::invalid);    // masked
  CHECK(status_of("\x09\x00"s) == frame_status::invalid);                     // fragmented control frame
  CHECK(status_of("\x89\x7e\x00\x7e"s) == frame_status::invalid);             // control frame of 126 bytes
  CHECK(status_of("\x81\x7e\x00\x7d"s) == frame_status::invalid);             // 125 in the 16-bit form
  CHECK(status_of("\x81\x7f\0\0\0\0\0\0\xff\xff"s) == frame_status::invalid); // 65,535 in the 64-bit form
  CHECK(status_of("\x81\x7f\xff\0\0\0\0\0\0\0"s) == frame_status::invalid);   // highest bit of the length
  CHECK(status_of("\x81\x7f\0\0\0\0\x01\0\0\0"s) == frame_status::invalid);   // beyond the bound
}

TEST_CASE("a client frame is masked and unmasks to its payload") {
  for (const std::size_t size : {0, 5, 125, 126, 70'000}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      payload[i] = static_cast<char>(i * 7);
    std::string out;
    append_frame(out, opcode::text, payload, 0xdeadbeef);
    CHECK((static_cast<unsigned char>(out[1]) & 0x80) != 0);
    const std::size_t header = size < 126 ? 2 : size <= 0xffff ? 4 : 10;
    REQUIRE(out.size() == header + 4 + size);
    const std::string key = out.substr(header, 4);
    std::string body = out.substr(header + 4);
    for (std::size_t i = 0; i < size; ++i)
      body[i] = static_cast<char>(body[i] ^ key[i % 4]);
    CHECK(body == payload);
  }
}

TEST_CASE("messages come out the same however the bytes are cut") {
  const std::string large(70'000, 'L');
  const std::string stream = server_frame(0x81, "one") + server_frame(0x81, "") + server_frame(0x89, "ping") +
                             server_frame(0x01, "fir") + server_frame(0x00, "st ") + server_frame(0x8a, "pong") +
                             server_frame(0x80, "half") + server_frame(0x82, large) + server_frame(0x88, "\x03\xe8");
  const messages expected{{opcode::text, "one"},      {opcode::text, ""},           {opcode::ping, "ping"},
                          {opcode::pong, "pong"},     {opcode::text, "first half"}, {opcode::binary, large},
                          {opcode::close, "\x03\xe8"}};
  SUBCASE("whole") {
    message_reader reader{bound};
    messages found;
    REQUIRE(feed_in_pieces(
        reader, stream, [] { return bound; }, found));
    CHECK(found == expected);
  }
  SUBCASE("byte by byte") {
    message_reader reader{bound};
    messages found;
    REQUIRE(feed_in_pieces(
        reader, stream, [] { return 1; }, found));
    CHECK(found == expected);
  }
  SUBCASE("in random pieces") {
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int round = 0; round < 100; ++round) {
      message_reader reader{bound};
      messages found;
      REQUIRE(feed_in_pieces(
          reader, stream, [&random] { return random() % 3000 + 1; }, found));
      REQUIRE(found == expected);
    }
  }
}

TEST_CASE("broken fragmentation is refused") {
  const auto refused = [](const std::string& stream, std::size_t most) {
    message_reader reader{most};
    messages found;
    return !feed_in_pieces(
        reader, stream, [] { return 2; }, found);
  };
  CHECK(refused(server_frame(0x80, "continues nothing"), bound));
  CHECK(refused(server_frame(0x01, "first") + server_frame(0x81, "not a continuation"), bound));
  CHECK(refused(server_frame(0x01, "12345678") + server_frame(0x80, "90"), 9));
  CHECK_FALSE(refused(server_frame(0x01, "1234567") + server_frame(0x80, "90"), 9));
}

TEST_CASE("a sink that answers false gets nothing more of that read") {
  message_reader reader{bound};
  const std::string stream = server_frame(0x81, "a") + server_frame(0x81, "b");
  std::string padded = stream + std::string(message_reader::padding, ' ');
  int calls = 0;
  CHECK(reader.feed({padded.data(), stream.size()}, [&calls](opcode, std::string_view) {
    ++calls;
    return false;
  }));
  CHECK(calls == 1);
}
