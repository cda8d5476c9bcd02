#include <doctest/doctest.h>

#include "adapters/http/rest/endpoint.hpp"
#include "tests/rest/rest_support.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::rest;
using test::made_request;

namespace {

boost::json::object body_of(std::string_view text) {
  return boost::json::parse({text.data(), text.size()}).as_object();
}

caf::optional<idempotency_claim> claim_of(const std::string& key, std::string_view body) {
  made_request request{{{"idempotency-key", key}}};
  auto claim = read_idempotency(request.context, "POST /rooms", body_of(body));
  REQUIRE(claim);
  return *claim;
}

} // namespace

TEST_CASE("a page has bounds and a default") {
  auto page = read_page(made_request{{}}.context);
  REQUIRE(page);
  CHECK(page->limit == 50);
  CHECK(page->cursor.empty());
  page = read_page(made_request{{}, "limit=200&cursor=12.-5"}.context);
  REQUIRE(page);
  CHECK(page->limit == 200);
  CHECK(page->cursor == "12.-5");
  CHECK(read_page(made_request{{}, "limit=1"}.context));
  for (std::string query : {"limit=0", "limit=201", "limit=-1", "limit=abc", "limit=", "limit=1.5", "limit=%201",
                            "limit=99999999999999999999"}) {
    CAPTURE(query);
    auto wrong = read_page(made_request{{}, query}.context);
    REQUIRE_FALSE(wrong);
    CHECK(code_of(wrong.error()) == errc::validation_failed);
    REQUIRE(context_of(wrong.error()).fields.size() == 1);
    CHECK(context_of(wrong.error()).fields[0].pointer == "/limit");
  }
  auto long_cursor = read_page(made_request{{}, "cursor=" + std::string(201, '1')}.context);
  REQUIRE_FALSE(long_cursor);
  CHECK(context_of(long_cursor.error()).fields[0].pointer == "/cursor");
}

TEST_CASE("an idempotency key is optional, printable and bounded") {
  made_request without{{{"x", "y"}}};
  auto none = read_idempotency_key(without.context);
  REQUIRE(none);
  CHECK_FALSE(*none);
  for (auto good : {std::string{"a"}, std::string(255, 'k'), std::string{"with space ~"}}) {
    made_request request{{{"idempotency-key", good}}};
    auto key = read_idempotency_key(request.context);
    REQUIRE(key);
    REQUIRE(*key);
    CHECK(**key == good);
  }
  for (auto bad : {std::string{}, std::string(256, 'k'), std::string{"\x01"}, std::string{"\x7f"}, std::string{"é"},
                   std::string{"a\tb"}}) {
    made_request request{{{"idempotency-key", bad}}};
    auto key = read_idempotency_key(request.context);
    REQUIRE_FALSE(key);
    CHECK(code_of(key.error()) == errc::bad_request);
  }
}

TEST_CASE("an idempotency claim knows a body by its meaning") {
  auto first = claim_of("k", R"({"name":"x","members":["a","b"],"n":{"p":1,"q":2}})");
  REQUIRE(first);
  CHECK(first->route == "POST /rooms");
  CHECK(first->key == "k");
  CHECK(first->body_hash.size() == 43);
  CHECK(claim_of("k", R"({"n":{"q":2,"p":1},"members":["a","b"],"name":"\u0078"})")->body_hash == first->body_hash);
  for (auto other : {R"({"name":"x","members":["b","a"],"n":{"p":1,"q":2}})", R"({"name":"x","members":["a","b"]})",
                     R"({"name":"X","members":["a","b"],"n":{"p":1,"q":2}})",
                     R"({"name":"x","members":["a","b"],"n":{"p":"1","q":2}})"}) {
    CAPTURE(other);
    CHECK(claim_of("k", other)->body_hash != first->body_hash);
  }
  made_request without{{}};
  auto none = read_idempotency(without.context, "POST /rooms", body_of("{}"));
  REQUIRE(none);
  CHECK_FALSE(*none);
}

TEST_CASE("a body that may be absent is empty then, and read strictly otherwise") {
  auto absent = read_optional_body(made_request{{}}.context);
  REQUIRE(absent);
  CHECK(absent->empty());
  CHECK(read_optional_body(made_request{{}, "", R"({"a":1})"}.context)->size() == 1);
  for (std::string bad : {"[]", "null", "{", "{}x", R"({"a":1,"a":2})", " "}) {
    CAPTURE(bad);
    auto wrong = read_optional_body(made_request{{}, "", bad}.context);
    REQUIRE_FALSE(wrong);
    CHECK(code_of(wrong.error()) == errc::bad_request);
  }
}
