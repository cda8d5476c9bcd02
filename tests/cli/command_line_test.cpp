#include "bin/callboard-cli/command_line.hpp"

#include <doctest/doctest.h>

using namespace callboard::cli;
using words = std::vector<std::string>;

TEST_CASE("words are cut at runs of blanks") {
  CHECK(split_command("").words.empty());
  CHECK(split_command(" \t ").words.empty());
  CHECK(split_command("chats").words == words{"chats"});
  CHECK(split_command("  connect \t 3\r").words == words{"connect", "3"});
}

TEST_CASE("quotes hold a text together") {
  CHECK(split_command(R"(send_message 3 user1 "Привет всем!")").words ==
        words{"send_message", "3", "user1", "Привет всем!"});
  CHECK(split_command(R"(a 'b "c" d' "")").words == words{"a", R"(b "c" d)", ""});
  CHECK(split_command(R"("say \"hi\" \\ now")").words == words{R"(say "hi" \ now)"});
  CHECK(split_command(R"("C:\new")").words == words{R"(C:\new)"});
  CHECK(split_command(R"('no \' x)").words == words{R"(no \)", "x"});
  CHECK(split_command(R"("joined"up)").words == words{"joinedup"});
}

TEST_CASE("a quote inside a word is an ordinary character") {
  CHECK(split_command("I don't 5\"").words == words{"I", "don't", "5\""});
}

TEST_CASE("an unclosed quote is reported with its character and without words") {
  for (const char* line : {R"(send 3 me "open)", R"("only \")", "\""}) {
    CAPTURE(line);
    const auto split = split_command(line);
    CHECK(split.unclosed_quote == '"');
    CHECK(split.words.empty());
  }
  CHECK(split_command("say 'open").unclosed_quote == '\'');
  CHECK_FALSE(split_command("say 'closed'").unclosed_quote.has_value());
}

TEST_CASE("lists are cut at commas and refuse empty parts") {
  CHECK(split_list("user1,user2") == words{"user1", "user2"});
  CHECK(split_list(" user1 , a@example.com ") == words{"user1", "a@example.com"});
  CHECK(split_list("user1").size() == 1);
  for (const char* list : {"", ",", "user1,", ",user1", "user1,,user2", " , "}) {
    CAPTURE(list);
    CHECK(split_list(list).empty());
  }
}
