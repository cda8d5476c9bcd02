#include <doctest/doctest.h>

#include <string>

#include "adapters/http/chunked.hpp"
#include "adapters/http/framing.hpp"
#include "adapters/http/head_parser.hpp"

using namespace callboard::http;

namespace {

struct refused_form {
  const char* why;
  std::string block;
  unsigned status = 400;
};

std::string with(std::string_view fields, std::string_view line = "POST /x HTTP/1.1") {
  return std::string{line} + "\r\nHost: a\r\n" + std::string{fields} + "\r\n";
}

} // namespace

TEST_CASE("requests that two readers could frame differently are refused") {
  using namespace std::string_literals;
  const refused_form forms[] = {
      {"TE and CL", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
      {"CL and TE", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
      {"CL 0 and TE", with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")},
      {"gzip and CL", with("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n")},
      {"TE gzip, chunked", with("Transfer-Encoding: gzip, chunked\r\n")},
      {"TE chunked twice in one", with("Transfer-Encoding: chunked, chunked\r\n")},
      {"TE twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {"TE identity", with("Transfer-Encoding: identity\r\n")},
      {"TE in capitals", with("Transfer-Encoding: CHUNKED\r\n")},
      {"TE with a parameter", with("Transfer-Encoding: chunked;q=1\r\n")},
      {"TE after a vertical tab", with("Transfer-Encoding: \x0b"
                                       "chunked\r\n")},
      {"TE empty", with("Transfer-Encoding:\r\n")},
      {"TE below HTTP/1.1", with("Transfer-Encoding: chunked\r\n", "POST /x HTTP/1.0")},
      {"two Hosts", with("Host: b\r\n")},
      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"Host empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {"Host with user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"Host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {"two CLs", with("Content-Length: 5\r\nContent-Length: 5\r\n")},
      {"CL list", with("Content-Length: 5, 5\r\n")},
      {"CL negative", with("Content-Length: -1\r\n")},
      {"CL with plus", with("Content-Length: +1\r\n")},
      {"CL in hexadecimal", with("Content-Length: 0x10\r\n")},
      {"CL empty", with("Content-Length:\r\n")},
      {"CL with a space inside", with("Content-Length: 1 0\r\n")},
      {"CL beyond 64 bits", with("Content-Length: 18446744073709551621\r\n")},
      {"Trailer", with("Trailer: X\r\n")},
      {"fold with space", with("X-A: 1\r\n 2\r\n")},
      {"fold with tab", with("X-A: 1\r\n\t2\r\n")},
      {"fold of the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"bare CR in a value", with("X-A: 1\r2\r\n")},
      {"bare LF in a value", with("X-A: 1\nContent-Length: 5\r\n")},
      {"bare LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
      {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"NUL in a value", with("X-A: 1\0002\r\n"s)},
      {"NUL in a name", with("X\0A: 1\r\n"s)},
      {"control character in a value", with("X-A: 1\x01\r\n")},
      {"DEL in a value", with("X-A: 1\x7f\r\n")},
      {"space before the colon", with("Content-Length : 5\r\n")},
      {"tab before the colon", with("Content-Length\t: 5\r\n")},
      {"no colon", with("Content-Length 5\r\n")},
      {"empty name", with(": 5\r\n")},
      {"name with brackets", with("X(A): 5\r\n")},
      {"name beyond ASCII", with("X\xc3\xa9: 5\r\n")},
      {"absolute form", with("", "GET http://a/ HTTP/1.1")},
      {"authority form", with("", "CONNECT a:80 HTTP/1.1")},
      {"path like an authority", with("", "GET //evil/ HTTP/1.1")},
      {"asterisk for GET", with("", "GET * HTTP/1.1")},
      {"fragment", with("", "GET /#x HTTP/1.1")},
      {"space in the target", with("", "GET /a b HTTP/1.1")},
      {"two spaces", with("", "GET  / HTTP/1.1")},
      {"tab instead of space", with("", "GET\t/ HTTP/1.1")},
      {"bytes beyond ASCII in the target", with("", "GET /\xc3\xa9 HTTP/1.1")},
      {"no target", with("", "GET HTTP/1.1")},
      {"method with a slash", with("", "G/T / HTTP/1.1")},
      {"lower-case version", with("", "GET / http/1.1")},
      {"no version", with("", "GET /")},
      {"version with a leading zero", with("", "GET / HTTP/01.1")},
      {"HTTP/2.0", with("", "GET / HTTP/2.0"), 505},
      {"HTTP/1.2", with("", "GET / HTTP/1.2"), 505},
      {"not ended", "GET / HTTP/1.1\r\nHost: a\r\n"},
      {"empty line within", "GET / HTTP/1.1\r\nHost: a\r\n\r\nX: 1\r\n\r\n"},
      {"two Authorizations", with("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n")},
      {"two Origins", with("Origin: http://a\r\nOrigin: http://b\r\n")},
      {"two Cookies", with("Cookie: a=1\r\nCookie: a=2\r\n")},
      {"Connection drops Content-Length", with("Connection: Content-Length\r\nContent-Length: 5\r\n")},
      {"unknown expectation", with("Expect: 200-maybe\r\n"), 417},
  };
  for (const auto& form : forms) {
    CAPTURE(form.why);
    auto result = check_framing(form.block);
    CHECK(result.refusal == form.status);
    CHECK_FALSE(result.reason.empty());
  }
}

TEST_CASE("more than a hundred fields are refused with 431") {
  std::string fields;
  for (int i = 0; i < 101; ++i)
    fields += "X-" + std::to_string(i) + ": 1\r\n";
  CHECK(check_framing(with(fields)).refusal == 431);
}

TEST_CASE("ordinary requests are accepted and understood") {
  auto plain = check_framing("GET /a?b=c HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
  CHECK(plain.refusal == 0);
  CHECK(plain.body == body_framing::none);
  CHECK(plain.keep_alive);
  auto body = check_framing(with("content-length:\t17 \r\nExpect: 100-continue\r\n"));
  CHECK(body.refusal == 0);
  CHECK(body.body == body_framing::length);
  CHECK(body.content_length == 17);
  CHECK(body.expects_continue);
  auto chunked = check_framing(with("Transfer-Encoding: chunked\r\nConnection: close\r\n"));
  CHECK(chunked.body == body_framing::chunked);
  CHECK_FALSE(chunked.keep_alive);
  auto old = check_framing("GET / HTTP/1.0\r\nHost: [::1]:80\r\n\r\n");
  CHECK(old.refusal == 0);
  CHECK_FALSE(old.keep_alive);
  auto old_kept = check_framing("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n");
  CHECK(old_kept.keep_alive);
  CHECK(check_framing(with("X-Name: caf\xc3\xa9\r\n")).refusal == 0);
  CHECK(check_framing("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").refusal == 0);
}

TEST_CASE("an accepted head is parsed, names in lower case") {
  auto head = parse_head("PATCH /rooms/3?x=1 HTTP/1.1\r\nHost: a\r\nX-Foo:  bar \r\n\r\n");
  REQUIRE(head);
  CHECK(head->method == method::patch);
  CHECK(head->target == "/rooms/3?x=1");
  CHECK(head->header("x-foo") == "bar");
  CHECK(head->header("absent").empty());
  CHECK(parse_head("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n")->method == method::other);
}

TEST_CASE("chunked bodies: whole, split at every byte, and what follows is left alone") {
  const std::string bytes = "5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\nGET";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    chunked_decoder decoder{100};
    std::string body;
    std::string_view first{bytes.data(), cut};
    auto status = decoder.decode(first, body);
    std::string rest{first};
    rest += bytes.substr(cut);
    std::string_view second{rest};
    if (status == chunked_decoder::status::need_more)
      status = decoder.decode(second, body);
    CHECK(status == chunked_decoder::status::done);
    CHECK(body == "hello, world!!!");
    CHECK(second == "GET");
  }
}

TEST_CASE("chunked bodies that are not exactly so are refused") {
  const std::string_view malformed[] = {
      "\r\n",         "g\r\n",       "5;ext=1\r\nhello\r\n", " 5\r\nhello\r\n",    "5\nhello\r\n", "5\r\nhelloX",
      "5\r\nhello\n", "-5\r\nhello", "0x5\r\nhello",         "000000005\r\nhello", "5 \r\nhello",  "0\r\nX: 1\r\n\r\n",
      "0\r\n\rX",     "5\rXhello",
  };
  for (auto text : malformed) {
    CAPTURE(text);
    chunked_decoder decoder{100};
    std::string body;
    auto input = text;
    CHECK(decoder.decode(input, body) == chunked_decoder::status::malformed);
  }
  for (std::string_view text : {"65\r\n", "ffffffff\r\n", "64\r\n"}) {
    chunked_decoder decoder{99};
    std::string body;
    CHECK(decoder.decode(text, body) == chunked_decoder::status::too_large);
  }
}
