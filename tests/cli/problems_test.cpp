#include "bin/callboard-cli/problems.hpp"

#include <doctest/doctest.h>

using namespace callboard::cli;

namespace {
const texts english(language::english);
}

TEST_CASE("a problem becomes one line with its fields") {
  const auto refusal = read_problem(409, R"({"title":"Conflict","status":409,"detail":"Taken","code":"taken",
    "errors":[{"pointer":"/username","code":"taken","detail":"in use"},{"pointer":"/email","code":"taken"}]})");
  CHECK(refusal.code == "taken");
  CHECK(describe_problem(refusal, english) == "Taken (/username: in use; /email: taken)");
}

TEST_CASE("title and status stand in for what is missing") {
  CHECK(describe_problem(read_problem(404, R"({"title":"Not found"})"), english) == "Not found");
  for (const char* body : {"", "<html>", "[]", "null", R"({"detail":7})", R"({"errors":{}})"})
    CHECK(describe_problem(read_problem(502, body), english) == "The server answered with status 502");
}

TEST_CASE("usual codes have texts of their own") {
  const auto refusal = read_problem(401, R"({"code":"invalid_credentials","detail":"x"})");
  CHECK(describe_problem(refusal, english) == "Wrong name or password");
  CHECK(describe_problem(refusal, texts(language::russian)) == "Неверное имя или пароль");
}

TEST_CASE("a hostile detail cannot steer the terminal") {
  CHECK(describe_problem(read_problem(400, R"({"detail":"a\u001b[2Jb\nc"})"), english) == "a\uFFFD[2Jb⏎c");
}

TEST_CASE("unknown members are named by their pointers") {
  const auto refusal = read_problem(422, R"({"code":"unknown_members","errors":[{"pointer":"/members/2"},
    {"pointer":"/members/0"},{"pointer":"/members/9"},{"pointer":"/members/x"},{"pointer":"/name"}]})");
  CHECK(unknown_members_of(refusal, {"a", "b", "c"}) == std::vector<std::string>{"c", "a"});
}
