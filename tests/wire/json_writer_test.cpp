#include <random>

#include "adapters/http/wire/json_writer.hpp"
#include "tests/wire/wire_support.hpp"

using namespace callboard;
using namespace callboard::http::wire;

namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

std::string read_back(std::string_view text) {
  return std::string{test::json_of(written(text)).as_string()};
}

std::string random_text(std::mt19937_64& generator) {
  static const std::string pieces[] = {"a",
                                       "\"",
                                       "\\",
                                       "/",
                                       std::string(1, '\0'),
                                       "\x01",
                                       "\x1f",
                                       "\x7f",
                                       "\n",
                                       "\t",
                                       "ж",
                                       "\xE2\x80\xA8",
                                       "🎭",
                                       "</s>",
                                       "\xED\x9F\xBF",
                                       "{}",
                                       "\b",
                                       "\xEF\xBF\xBF",
                                       "\r",
                                       "plain text of some length"};
  std::string text;
  for (auto count = generator() % 40; count-- > 0;)
    text += pieces[generator() % std::size(pieces)];
  return text;
}

} // namespace

TEST_CASE("texts are escaped as JSON asks") {
  CHECK(written("") == R"("")");
  CHECK(written("plain") == R"("plain")");
  CHECK(written("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(written("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(written(std::string_view{"\0\x01\x1f\x7f", 4}) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(written("Привет 🎭") == "\"Привет 🎭\"");
}

TEST_CASE("every control character comes back") {
  for (int c = 0; c < 0x80; ++c) {
    std::string text{"x"};
    text += static_cast<char>(c);
    text += 'y';
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("bytes that are not UTF-8 become replacement characters") {
  CHECK(written("\xff") == "\"\uFFFD\"");
  CHECK(written("a\xc3") == "\"a\uFFFD\"");
  CHECK(written("a\xe2\x82z") == "\"a\uFFFD\uFFFDz\"");
  CHECK(written("ж\xed\xa0\x80ж") == "\"ж\uFFFD\uFFFD\uFFFDж\"");
  CHECK(written("\xf0\x9f\x8e\xad\xf0\x9f\x8e") == "\"🎭\uFFFD\uFFFD\uFFFD\"");
}

TEST_CASE("any text comes back as it was") {
  auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937_64 generator{seed};
  for (int i = 0; i < 5'000; ++i) {
    auto text = random_text(generator);
    REQUIRE(read_back(text) == text);
  }
}

TEST_CASE("any bytes give valid JSON") {
  auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937_64 generator{seed};
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes;
    for (auto count = generator() % 30; count-- > 0;)
      bytes += static_cast<char>(generator());
    boost::json::error_code failure;
    boost::json::parse(written(bytes), failure);
    REQUIRE_FALSE(failure);
  }
}

TEST_CASE("commas stand between, and only between") {
  std::string out;
  json_writer json{out};
  json.begin_object();
  json.begin_object("empty");
  json.end_object();
  json.begin_array("list");
  json.end_array();
  json.begin_array("numbers");
  json.number(1);
  json.number(-2);
  json.begin_object();
  json.end_object();
  json.null();
  json.end_array();
  json.boolean("yes", true);
  json.number_if("zero", 0);
  json.text_if("none", "");
  json.true_if("no", false);
  json.number("most", ~std::uint64_t{0});
  json.time("at", test::noon);
  json.end_object();
  CHECK(out == R"({"empty":{},"list":[],"numbers":[1,-2,{},null],"yes":true,"most":18446744073709551615,)"
               R"("at":"2026-05-01T09:00:00.000Z"})");
}
