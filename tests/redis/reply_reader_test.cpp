#include <doctest/doctest.h>

#include "adapters/redis/reply_reader.hpp"

using namespace callboard::redis;

TEST_CASE("replies of every kind are read, wherever the stream is cut") {
  const std::string stream = "+OK\r\n-ERR no\r\n:-7\r\n$5\r\nhe\r\nl\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
                             "*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+b\r\n";
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    reply_reader reader;
    std::vector<reply> read;
    for (std::size_t i = 0; i < stream.size(); i += step) {
      reader.feed(std::string_view{stream}.substr(i, step));
      while (auto value = reader.next())
        read.push_back(std::move(*value));
    }
    REQUIRE(reader.fault().empty());
    REQUIRE(read.size() == 9);
    CHECK(read[0].is_text("OK"));
    CHECK(read[1].type == reply::kind::error);
    CHECK(read[1].text == "ERR no");
    CHECK(read[2].number == -7);
    CHECK(read[3].is_text("he\r\nl"));
    CHECK(read[4].is_text(""));
    CHECK(read[5].type == reply::kind::nothing);
    CHECK(read[6].type == reply::kind::nothing);
    CHECK(read[7].type == reply::kind::list);
    CHECK(read[7].items.empty());
    REQUIRE(read[8].items.size() == 3);
    CHECK(read[8].items[0].is_text("a"));
    CHECK(read[8].items[1].items[0].number == 1);
    CHECK(read[8].items[1].items[1].type == reply::kind::nothing);
    CHECK(read[8].items[2].is_text("b"));
  }
}

TEST_CASE("bytes that are no reply break the reader for good") {
  for (auto nonsense : {"HTTP/1.1 200 OK\r\n", "\r\n", "?\r\n", "$x\r\n", "$-5\r\n", "*99999999999999999999\r\n",
                        "*-7\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    CAPTURE(nonsense);
    reply_reader reader;
    reader.feed(nonsense);
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.fault().empty());
    reader.feed("+OK\r\n");
    CHECK_FALSE(reader.next());
  }
}

TEST_CASE("a reply larger than expected is refused before it is held") {
  reply_reader::bounds small{10, 100};
  for (auto large :
       {std::string{"*1000000000\r\n"}, std::string{"*11\r\n"}, "$101\r\n" + std::string(101, 'x') + "\r\n",
        "$1000000000\r\n" + std::string(200, 'x'), std::string(200, '+'),
        "*3\r\n$60\r\n" + std::string(60, 'x') + "\r\n$60\r\n" + std::string(60, 'x') + "\r\n"}) {
    reply_reader reader{small};
    reader.feed(large);
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.fault().empty());
  }
  reply_reader reader{small}; // the bounds are those of one reply
  for (int i = 0; i < 100; ++i) {
    reader.feed("*2\r\n$3\r\nabc\r\n:1\r\n");
    CHECK(reader.next());
  }
}
