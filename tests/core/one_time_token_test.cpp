#include "actors/core/one_time_token.hpp"

#include <doctest/doctest.h>

#include "actors/core/account_letters.hpp"

using namespace callboard;
using namespace callboard::core;
using namespace std::chrono_literals;

TEST_CASE("each purpose has its life and its page; the token stands where no server sees it") {
  one_time_rules rules;
  CHECK(life_of(token_purpose::reset_password, rules) == rules.reset_life);
  CHECK(life_of(token_purpose::verify_email, rules) == rules.verification_life);
  CHECK(link_of("https://chat.example.com", token_purpose::reset_password, "t0-ken_") ==
        "https://chat.example.com/#/reset/t0-ken_");
  CHECK(link_of("https://chat.example.com//", token_purpose::verify_email, "t") ==
        "https://chat.example.com/#/verify/t");
}

TEST_CASE("the language of a letter is the profile's, else the first known one of the browser") {
  CHECK(choose_language("ru", "en") == letter_language::russian);
  CHECK(choose_language("ru-RU", "") == letter_language::russian);
  CHECK(choose_language("RU_ru", "") == letter_language::russian);
  CHECK(choose_language("en-GB", "ru") == letter_language::english);
  CHECK(choose_language("de", "ru") == letter_language::english);
  CHECK(choose_language("", "de, ru-RU;q=0.8, en;q=0.5") == letter_language::russian);
  CHECK(choose_language("", "de,en,ru") == letter_language::english);
  CHECK(choose_language("", "run, rue") == letter_language::english);
  CHECK(choose_language("", ",, ,") == letter_language::english);
  CHECK(choose_language("", "") == letter_language::english);
}

TEST_CASE("a letter says whose account it is about, where to go and for how long") {
  auto letter =
      write_link_letter(token_purpose::reset_password, letter_language::english, "ann", "https://a/#/reset/t", 30min);
  CHECK(letter.subject == "Choose a new password");
  CHECK(letter.body.find("\"ann\"") != std::string::npos);
  CHECK(letter.body.find("\n\nhttps://a/#/reset/t\n\n") != std::string::npos);
  CHECK(letter.body.find("for 30 minutes.") != std::string::npos);
  letter = write_link_letter(token_purpose::verify_email, letter_language::russian, "ann", "https://a/#/verify/t", 24h);
  CHECK(letter.subject == "Подтвердите адрес почты");
  CHECK(letter.body.find("«ann»") != std::string::npos);
  CHECK(letter.body.find("один раз, 24 часа.") != std::string::npos);
  CHECK(write_link_letter(token_purpose::reset_password, letter_language::english, "a", "l", 1h).body.find("1 hour.") !=
        std::string::npos);
  CHECK(write_link_letter(token_purpose::reset_password, letter_language::russian, "a", "l", 21min)
            .body.find("21 минуту.") != std::string::npos);
  CHECK(write_link_letter(token_purpose::reset_password, letter_language::russian, "a", "l", 11min)
            .body.find("11 минут.") != std::string::npos);
  for (auto language : {letter_language::english, letter_language::russian}) {
    auto news = write_changed_letter(language, "ann", "https://a/#/forgot");
    CHECK(news.body.find("https://a/#/forgot") != std::string::npos);
    CHECK(news.body.find('{') == std::string::npos);
  }
}

TEST_CASE("a name that looks like a mark stays a name") {
  auto letter =
      write_link_letter(token_purpose::reset_password, letter_language::english, "{link}{life}{name}", "L", 1h);
  CHECK(letter.body.find("\"{link}{life}{name}\"") != std::string::npos);
}
