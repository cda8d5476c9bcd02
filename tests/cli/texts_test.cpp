#include "bin/callboard-cli/colours.hpp"
#include "bin/callboard-cli/texts.hpp"
#include "bin/callboard-cli/utf8.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace callboard::cli;

namespace {

std::size_t count_gaps(std::string_view text) {
  std::size_t gaps = 0;
  for (auto found = text.find("{}"); found != std::string_view::npos; found = text.find("{}", found + 2))
    ++gaps;
  return gaps;
}

bool has_cyrillic(std::string_view text) {
  for (std::size_t position = 0; position < text.size();)
    if (const auto point = decode_utf8(text, position); point && *point >= 0x400 && *point <= 0x4FF)
      return true;
  return false;
}

} // namespace

TEST_CASE("every text exists in both languages with the same gaps") {
  // Patterns without words, and commands without translated arguments.
  const std::set<text_id> same_in_both{text_id::reminder_line, text_id::usage_logout,    text_id::usage_connect,
                                       text_id::usage_chats,   text_id::usage_reminders, text_id::usage_exit};
  for (std::size_t i = 0; i < static_cast<std::size_t>(text_id::count_); ++i) {
    const auto id = static_cast<text_id>(i);
    const std::string_view english = text_of(id, language::english);
    const std::string_view russian = text_of(id, language::russian);
    CAPTURE(english);
    CHECK_FALSE(english.empty());
    CHECK_FALSE(russian.empty());
    CHECK(is_utf8(russian));
    CHECK(count_gaps(english) == count_gaps(russian));
    CHECK_FALSE(has_cyrillic(english));
    CHECK(has_cyrillic(russian) != same_in_both.contains(id));
  }
}

TEST_CASE("gaps are filled in order") {
  const texts english(language::english);
  const texts russian(language::russian);
  CHECK(english(text_id::chat_created, 3) == "Chat created, ID: 3");
  CHECK(russian(text_id::chat_created, 3) == "Чат создан, ID: 3");
  CHECK(english(text_id::registered, "a {} b", 7) == "Registered: a {} b, ID: 7");
  CHECK(english(text_id::line_refused, "only one") == "Not sent: only one: ");
}

TEST_CASE("the language follows the locale's name") {
  for (const char* locale : {"ru", "ru_RU", "ru_RU.UTF-8", "ru.UTF-8", "ru-RU", "ru@x"})
    CHECK(language_of_locale(locale) == language::russian);
  for (const char* locale : {"", "C", "POSIX", "en_US.UTF-8", "de_DE", "run", "rue_UA"})
    CHECK(language_of_locale(locale) == language::english);
}

TEST_CASE("LC_ALL goes before LC_MESSAGES before LANG, and an empty one does not count") {
  const auto with = [](const char* all, const char* messages, const char* lang) {
    setenv("LC_ALL", all, 1);
    setenv("LC_MESSAGES", messages, 1);
    setenv("LANG", lang, 1);
    const auto found = language_of_environment();
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
      unsetenv(name);
    return found;
  };
  CHECK(with("ru_RU.UTF-8", "en", "en") == language::russian);
  CHECK(with("C", "ru", "ru") == language::english);
  CHECK(with("", "ru_RU", "en") == language::russian);
  CHECK(with("", "", "ru_RU") == language::russian);
  CHECK(with("", "", "") == language::english);
}

TEST_CASE("a name keeps its colour whatever its case, and plain means plain") {
  const colours paint(true);
  const std::string lower = paint.name("user1");
  const std::string upper = paint.name("USER1");
  CHECK(lower.starts_with("\x1b["));
  CHECK(lower.ends_with("user1\x1b[0m"));
  CHECK(lower.substr(0, lower.find('m')) == upper.substr(0, upper.find('m')));
  std::set<std::string> seen;
  for (int i = 0; i < 40; ++i) {
    const std::string painted = paint.name("user" + std::to_string(i));
    seen.insert(painted.substr(0, painted.find('m')));
  }
  CHECK(seen.size() > 4);
  CHECK(colours(false).name("user1") == "user1");
  CHECK(colours(false).error("no") == "no");
}
