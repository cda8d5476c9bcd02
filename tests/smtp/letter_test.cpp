#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "adapters/smtp/letter.hpp"
#include "adapters/smtp/mailer.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

constexpr auto sender = "callboard@example.com";

mail_message example() {
  mail_message mail;
  mail.to = "ann@example.org";
  mail.subject = "Reminder";
  mail.body = "Tea at five.";
  mail.created_at = timestamp{1'795'269'600'000ms}; // 2026-11-21 14:00 UTC, a Saturday
  return mail;
}

std::string letter_of(const mail_message& mail) {
  auto letter = smtp::write_letter(mail, sender);
  REQUIRE(letter);
  return *letter;
}

} // namespace

TEST_CASE("a letter has its fields, an empty line and its text") {
  auto letter = letter_of(example());
  CHECK(letter.starts_with("From: callboard@example.com\r\nTo: ann@example.org\r\n"));
  CHECK(letter.find("Subject: =?utf-8?B?UmVtaW5kZXI=?=\r\n") != std::string::npos);
  CHECK(letter.find("Date: Sat, 21 Nov 2026 14:00:00 +0000\r\n") != std::string::npos);
  CHECK(letter.ends_with("\r\n\r\nVGVhIGF0IGZpdmUu\r\n"));
}

TEST_CASE("the same mail has the same Message-ID, another mail another one") {
  auto id_of = [](const mail_message& mail) {
    auto letter = letter_of(mail);
    auto begin = letter.find("Message-ID: <");
    REQUIRE(begin != std::string::npos);
    return letter.substr(begin, letter.find("\r\n", begin) - begin);
  };
  auto other = example();
  other.body += "!";
  CHECK(id_of(example()) == id_of(example()));
  CHECK(id_of(example()) != id_of(other));
  CHECK(id_of(example()).ends_with("@example.com>"));
}

TEST_CASE("no line is longer than mail allows, whatever the subject and text") {
  auto mail = example();
  for (int i = 0; i < 200; ++i) {
    mail.subject += "\u043f\u0440\u0438\u0432\u0435\u0442 ";
    mail.body += "\u043f\u0440\u0438\u0432\u0435\u0442\r\n.\r\n";
  }
  auto letter = letter_of(mail);
  std::size_t begin = 0;
  for (auto end = letter.find("\r\n"); end != std::string::npos; begin = end + 2, end = letter.find("\r\n", begin))
    CHECK(end - begin <= 76 + std::string{"Subject: "}.size());
  CHECK(begin == letter.size());
}

TEST_CASE("what would break out of its field is not written") {
  auto goes_to = [](std::string address) {
    auto mail = example();
    mail.to = std::move(address);
    return smtp::write_letter(mail, sender).has_value();
  };
  CHECK(goes_to("ann@example.org"));
  CHECK_FALSE(goes_to("ann@example.org\r\nBcc: all@example.org"));
  CHECK_FALSE(goes_to("ann@example.org>,<bob@example.org"));
  CHECK_FALSE(goes_to("ann"));
  CHECK_FALSE(goes_to(""));
  CHECK_FALSE(smtp::write_letter(example(), "nobody\n@example.com").has_value());
}

TEST_CASE("a subject with line breaks stays one field") {
  auto mail = example();
  mail.subject = "x\r\nBcc: all@example.org";
  auto letter = letter_of(mail);
  CHECK(letter.find("Bcc") == std::string::npos);
  CHECK(letter.find("Subject: =?utf-8?B?eA0KQmNjOiBhbGxAZXhhbXBsZS5vcmc=?=\r\n") != std::string::npos);
}

TEST_CASE("an URL that is not one of SMTP is refused with a sentence") {
  CHECK(smtp::check_url("").empty());
  CHECK(smtp::check_url("smtp://127.0.0.1:1025").empty());
  CHECK(smtp::check_url("smtps://user:password@mail.example.com").empty());
  CHECK_FALSE(smtp::check_url("http://mail.example.com").empty());
  CHECK_FALSE(smtp::check_url("mail.example.com:25").empty());
  CHECK_FALSE(smtp::check_url("smtp://mail.example.com:port").empty());
}
