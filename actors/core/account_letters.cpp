#include "actors/core/account_letters.hpp"

#include <algorithm>
#include <cstdlib>

namespace callboard::core {
namespace {

bool is_language(std::string_view tag, std::string_view language) {
  auto same = [](char wanted, char given) { return wanted == (given | 0x20); }; // letters in either case
  return tag.size() >= language.size() && std::equal(language.begin(), language.end(), tag.begin(), same) &&
         (tag.size() == language.size() || tag[language.size()] == '-' || tag[language.size()] == '_' ||
          tag[language.size()] == ';');
}

/// `forms` are those for 1, 2 and 5 of Russian.
std::string count_russian(std::int64_t count, std::string_view one, std::string_view few, std::string_view many) {
  auto tail = count % 100;
  auto last = count % 10;
  auto form = tail >= 11 && tail <= 14 ? many : last == 1 ? one : last >= 2 && last <= 4 ? few : many;
  return std::to_string(count) + " " + std::string{form};
}

std::string print_life(std::chrono::seconds life, letter_language language) {
  auto minutes = std::max<std::int64_t>(1, life.count() / 60);
  auto hours = minutes / 60;
  bool whole = minutes % 60 == 0;
  if (language == letter_language::russian)
    return whole ? count_russian(hours, "час", "часа", "часов") : count_russian(minutes, "минуту", "минуты", "минут");
  auto count = whole ? hours : minutes;
  return std::to_string(count) + (whole ? " hour" : " minute") + (count == 1 ? "" : "s");
}

std::string fill(std::string text, std::string_view mark, std::string_view value) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

struct form {
  std::string_view subject, body;
};

constexpr form reset_english{"Choose a new password",
                             "Somebody asked for a new password of the callboard account \"{name}\".\n\n"
                             "To choose one, open this page:\n\n{link}\n\n"
                             "The link works once, for {life}. If it was not you who asked, leave it: nothing "
                             "changes.\n"};
constexpr form reset_russian{"Новый пароль",
                             "Кто-то попросил новый пароль для учётной записи callboard «{name}».\n\n"
                             "Чтобы задать его, откройте страницу:\n\n{link}\n\n"
                             "Ссылка действует один раз, {life}. Если это были не вы, ничего не делайте: пароль "
                             "останется прежним.\n"};
constexpr form verify_english{"Confirm your e-mail address",
                              "This address was given for the callboard account \"{name}\".\n\n"
                              "To confirm that it is yours, open this page:\n\n{link}\n\n"
                              "The link works once, for {life}. If you have no such account, leave it.\n"};
constexpr form verify_russian{"Подтвердите адрес почты",
                              "Этот адрес указан для учётной записи callboard «{name}».\n\n"
                              "Чтобы подтвердить, что он ваш, откройте страницу:\n\n{link}\n\n"
                              "Ссылка действует один раз, {life}. Если у вас нет такой учётной записи, ничего не "
                              "делайте.\n"};
constexpr form changed_english{"Your password was changed",
                               "The password of the callboard account \"{name}\" was changed.\n\n"
                               "If it was not you, choose a new one at once:\n\n{link}\n"};
constexpr form changed_russian{"Ваш пароль изменён", "Пароль учётной записи callboard «{name}» изменён.\n\n"
                                                     "Если это были не вы, сразу задайте новый:\n\n{link}\n"};

letter fill_form(const form& chosen, std::string_view username, std::string_view link, std::string_view life) {
  auto body = fill(std::string{chosen.body}, "{life}", life);
  body = fill(std::move(body), "{link}", link);
  return {std::string{chosen.subject}, fill(std::move(body), "{name}", username)};
}

} // namespace

letter_language choose_language(std::string_view locale, std::string_view accepted) {
  while (locale.empty() && !accepted.empty()) {
    auto tag = accepted.substr(0, accepted.find(','));
    accepted.remove_prefix(std::min(accepted.size(), tag.size() + 1));
    tag.remove_prefix(std::min(tag.size(), tag.find_first_not_of(' ')));
    if (is_language(tag, "ru") || is_language(tag, "en"))
      locale = tag;
  }
  return is_language(locale, "ru") ? letter_language::russian : letter_language::english;
}

letter write_link_letter(token_purpose purpose, letter_language language, std::string_view username,
                         std::string_view link, std::chrono::seconds life) {
  bool russian = language == letter_language::russian;
  auto& chosen = purpose == token_purpose::reset_password ? (russian ? reset_russian : reset_english)
                                                          : (russian ? verify_russian : verify_english);
  return fill_form(chosen, username, link, print_life(life, language));
}

letter write_changed_letter(letter_language language, std::string_view username, std::string_view page) {
  return fill_form(language == letter_language::russian ? changed_russian : changed_english, username, page, {});
}

} // namespace callboard::core
