#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/crypto/random.hpp"
#include "adapters/crypto/uuid.hpp"

#include <doctest/doctest.h>
#include <set>
#include <thread>
#include <vector>

using namespace callboard;
using namespace std::chrono_literals;

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) >> 4]);
    text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) & 0xf]);
  }
  return text;
}

} // namespace

TEST_CASE("base64 writes and reads the vectors of RFC 4648") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xfb\xff\xfe", "+//+"}};
  for (const auto& [bytes, text] : vectors) {
    CAPTURE(text);
    CHECK(crypto::base64_encode(bytes) == text);
    CHECK(crypto::base64_decode(text) == bytes);
  }
  CHECK(crypto::base64url_encode("\xfb\xff\xfe") == "-__-");
  CHECK(crypto::base64url_decode("-__-") == "\xfb\xff\xfe");
}

TEST_CASE("base64url refuses all but its one canonical form") {
  for (const auto* text :
       {"A", "AAAAA", "Zg==", "Zg=", "Zm8=", "Z g", "Zg\n", "+//+", "Zh", "Zm9", "Zm9v.", "\x80\x80"}) {
    CAPTURE(text);
    CHECK_FALSE(crypto::base64url_decode(text));
  }
  for (const auto* text : {"Zg", "Zg=", "Zg===", "====", "A===", "Zh==", "Zm9=", "Zg==Zg==", "-__-"}) {
    CAPTURE(text);
    CHECK_FALSE(crypto::base64_decode(text));
  }
}

TEST_CASE("base64url gives back every random string of every length") {
  for (std::size_t size = 0; size < 100; ++size) {
    const auto bytes = crypto::random_bytes(size);
    CHECK(crypto::base64url_decode(crypto::base64url_encode(bytes)) == bytes);
  }
}

TEST_CASE("digests give the published values") {
  CHECK(hex(crypto::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(crypto::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(crypto::sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  // RFC 4231, test case 2
  CHECK(hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(crypto::hmac_sha384("Jefe", "what do ya want for nothing?")) ==
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  CHECK(hex(crypto::hmac_sha256("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("equal_in_constant_time compares content and length") {
  CHECK(crypto::equal_in_constant_time("", ""));
  CHECK(crypto::equal_in_constant_time("secret", "secret"));
  CHECK_FALSE(crypto::equal_in_constant_time("secret", "secreT"));
  CHECK_FALSE(crypto::equal_in_constant_time("secret", "secret "));
}

TEST_CASE("random tokens are long and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(crypto::random_token());
  CHECK(seen.size() == 1000);
  CHECK(seen.begin()->size() == 43);
}

TEST_CASE("a UUIDv7 carries its time, version and variant") {
  // The time of RFC 9562's example in appendix A.6. In a thread of its own, whose counter nobody has advanced.
  std::thread([] {
    const auto id = crypto::make_uuid(std::chrono::sys_time<std::chrono::milliseconds>(0x017F22E279B0ms));
    CHECK(crypto::is_uuid(id));
    CHECK(id.substr(0, 13) == "017f22e2-79b0");
    CHECK(id[14] == '7');
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
  }).join();
}

TEST_CASE("UUIDs of one thread sort in the order they were made, also when the clock stands still or goes back") {
  std::string previous;
  const auto start = std::chrono::sys_time<std::chrono::milliseconds>(4'000'000'000'000ms);
  for (int i = 0; i < 20'000; ++i) {
    const auto id = crypto::make_uuid(i < 10'000 ? start : start - 1h);
    REQUIRE(previous < id);
    previous = id;
  }
}

TEST_CASE("UUIDs of many threads differ") {
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made)
    threads.emplace_back([&mine] {
      for (int i = 0; i < 5000; ++i)
        mine.push_back(crypto::make_uuid());
    });
  for (auto& thread : threads)
    thread.join();
  std::set<std::string> all;
  for (const auto& mine : made)
    all.insert(mine.begin(), mine.end());
  CHECK(all.size() == 20'000);
}

TEST_CASE("is_uuid knows the text form") {
  CHECK(crypto::is_uuid("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
  for (const auto* text : {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                           "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e2079b0-7cc3-98c4-dc0c0c07398f"}) {
    CAPTURE(text);
    CHECK_FALSE(crypto::is_uuid(text));
  }
}
