#include "bin/callboard-cli/texts.hpp"

#include <array>
#include <cstdlib>

namespace callboard::cli {

namespace {

struct row {
  text_id id;
  std::string_view english;
  std::string_view russian;
};

constexpr std::size_t text_count = static_cast<std::size_t>(text_id::count_);

constexpr std::array<row, text_count> table{{
    {text_id::about,
     "Terminal client of callboard: chats, messages and reminders. Reads commands at a prompt or, one a line, from "
     "standard input; \"help\" lists them.",
     "Терминальный клиент callboard: чаты, сообщения и напоминания. Читает команды из приглашения или построчно из "
     "стандартного ввода; список даёт «help»."},
    {text_id::option_url, "Address of the server, http:// or https:// (certificates: the system's, or SSL_CERT_FILE)",
     "Адрес сервера, http:// или https:// (сертификаты системные или из SSL_CERT_FILE)"},
    {text_id::option_ca,
     "File with the certificates of the authorities that may vouch for the server, instead of the system's",
     "Файл с сертификатами центров, которым доверять при проверке сервера, вместо системных"},
    {text_id::option_lang, "Language of the interface, en or ru (default: from LC_ALL, LC_MESSAGES or LANG)",
     "Язык интерфейса, en или ru (по умолчанию из LC_ALL, LC_MESSAGES или LANG)"},
    {text_id::option_no_color, "No colours, as with the variable NO_COLOR", "Без цветов, как с переменной NO_COLOR"},
    {text_id::option_help, "Print this help and exit", "Показать эту справку и выйти"},
    {text_id::option_version, "Print the version and exit", "Показать версию и выйти"},
    {text_id::help_intro, "Commands (help <command> tells more; quotes hold a text together):",
     "Команды (help <команда> расскажет больше; кавычки держат текст вместе):"},
    {text_id::help_hint, "callboard {}, server {}. Type help for the commands.",
     "callboard {}, сервер {}. Список команд: help."},
    {text_id::usage, "Usage: {}", "Использование: {}"},
    {text_id::unknown_command, "Unknown command: {} (help lists the commands)",
     "Неизвестная команда: {} (список команд: help)"},
    {text_id::unclosed_quote, "The quote {} is not closed", "Кавычка {} не закрыта"},
    {text_id::line_too_long, "The line is too long (at most {} bytes)", "Строка слишком длинная (не более {} байт)"},
    {text_id::not_utf8, "The line is not valid UTF-8", "Строка не в кодировке UTF-8"},
    {text_id::not_logged_in, "Log in first: {}", "Сначала войдите: {}"},
    {text_id::password_missing, "The password is missing: {}", "Не указан пароль: {}"},
    {text_id::password_prompt, "Password: ", "Пароль: "},
    {text_id::password_again_prompt, "Password again: ", "Пароль ещё раз: "},
    {text_id::passwords_differ, "The two passwords differ", "Пароли не совпадают"},
    {text_id::registered, "Registered: {}, ID: {}", "Зарегистрирован: {}, ID: {}"},
    {text_id::logged_in, "Logged in as {}", "Выполнен вход: {}"},
    {text_id::logged_out, "Logged out", "Выполнен выход"},
    {text_id::chat_created, "Chat created, ID: {}", "Чат создан, ID: {}"},
    {text_id::unknown_members, "Unknown users: {}; no chat was created", "Неизвестные пользователи: {}; чат не создан"},
    {text_id::bad_member_list, "Not a list of users: {}", "Не список пользователей: {}"},
    {text_id::bad_chat_id, "Not a chat ID: {}", "Не ID чата: {}"},
    {text_id::message_sent, "Message sent, number: {}", "Сообщение отправлено, номер: {}"},
    {text_id::no_chats, "No chats yet", "Чатов пока нет"},
    {text_id::chat_line, "{}  {}  (members: {})", "{}  {}  (участников: {})"},
    {text_id::chat_unread, ", unread: {}", ", непрочитанных: {}"},
    {text_id::reminder_set, "Reminder set, ID: {}, due: {}", "Напоминание создано, ID: {}, срок: {}"},
    {text_id::reminder_line, "{}  {}  [{}]  {}", "{}  {}  [{}]  {}"},
    {text_id::no_reminders, "No reminders", "Напоминаний нет"},
    {text_id::bad_when, "Not a time: {} (10m, 2h, 1h30m, 13:45 or 2030-01-31T13:45:00Z)",
     "Не время: {} (10m, 2h, 1h30m, 13:45 или 2030-01-31T13:45:00Z)"},
    {text_id::reminder_fired, "Reminder: {}", "Напоминание: {}"},
    {text_id::state_scheduled, "scheduled", "запланировано"},
    {text_id::state_firing, "firing", "срабатывает"},
    {text_id::state_delivered, "delivered", "доставлено"},
    {text_id::state_snoozed, "snoozed", "отложено"},
    {text_id::state_cancelled, "cancelled", "отменено"},
    {text_id::state_failed, "failed", "не доставлено"},
    {text_id::chat_hint, "Chat {}. What you type is sent; /leave returns.",
     "Чат {}. Введённое отправляется; /leave — назад."},
    {text_id::chat_unknown_slash,
     "Unknown chat command: {} (/leave returns; // at the start sends a line that begins with /)",
     "Неизвестная команда чата: {} (/leave — назад; // в начале отправляет строку, начинающуюся с /)"},
    {text_id::connection_lost, "Connection lost ({}), trying again", "Связь потеряна ({}), повторяю попытки"},
    {text_id::connection_restored, "Connected again", "Связь восстановлена"},
    {text_id::events_missed, "lines are missing", "не хватает строк"},
    {text_id::history_replaced, "The server's history was replaced; earlier lines may be gone",
     "История на сервере заменена; прежних строк может не быть"},
    {text_id::removed_from_chat, "You are no longer in this chat", "Вы больше не состоите в этом чате"},
    {text_id::line_refused, "Not sent: {}: {}", "Не отправлено: {}: {}"},
    {text_id::lines_unconfirmed, "Lines that the server has not confirmed: {}",
     "Строк, не подтверждённых сервером: {}"},
    {text_id::deleted_text, "(deleted)", "(удалено)"},
    {text_id::event_edited, "{} edited a message: {}", "{} изменил(а) сообщение: {}"},
    {text_id::event_deleted, "{} deleted a message", "{} удалил(а) сообщение"},
    {text_id::event_member_added, "{} joined the chat", "{} теперь в чате"},
    {text_id::event_member_removed, "{} left the chat", "{} больше не в чате"},
    {text_id::event_room_renamed, "the chat is now called {}", "чат теперь называется {}"},
    {text_id::bad_url, "Not an address of a server: {}", "Не адрес сервера: {}"},
    {text_id::bad_ca, "{} holds no certificates that can be read: {}",
     "В {} нет сертификатов, которые можно прочесть: {}"},
    {text_id::bad_lang, "Not a language: {} (en or ru)", "Не язык: {} (en или ru)"},
    {text_id::cannot_resolve, "Cannot find the server {}: {}", "Не найден сервер {}: {}"},
    {text_id::cannot_connect, "Cannot reach the server {}: {}", "Сервер {} недоступен: {}"},
    {text_id::tls_failed, "No secure connection with {}: {}", "Нет защищённого соединения с {}: {}"},
    {text_id::connection_broken, "The connection with {} broke: {}", "Соединение с {} прервалось: {}"},
    {text_id::timed_out, "{} did not answer within {} s", "{} не ответил за {} с"},
    {text_id::answer_too_large, "The answer of {} is too large", "Ответ {} слишком велик"},
    {text_id::bad_answer, "{} gave an answer that this program does not understand",
     "{} дал ответ, непонятный этой программе"},
    {text_id::server_status, "The server answered with status {}", "Сервер ответил кодом {}"},
    {text_id::server_busy, "The server is busy, try again in {} s", "Сервер занят, повторите через {} с"},
    {text_id::server_closed, "The server closed the connection: {} (code {})", "Сервер закрыл соединение: {} (код {})"},
    {text_id::chat_refused, "The server refused: {}", "Сервер отказал: {}"},
    {text_id::wrong_credentials, "Wrong name or password", "Неверное имя или пароль"},
    {text_id::session_ended, "Your session has ended, log in again", "Сеанс завершён, войдите снова"},
    {text_id::internal_error, "Unexpected error: {}", "Непредвиденная ошибка: {}"},
    {text_id::summary_register, "makes an account", "создаёт учётную запись"},
    {text_id::summary_login,
     "logs in by e-mail or user name; at a prompt a password left out is asked for without echo",
     "вход по e-mail или имени; в приглашении пропущенный пароль запрашивается без показа"},
    {text_id::summary_logout, "ends the session", "завершает сеанс"},
    {text_id::summary_create_chat, "makes a chat with users named by user name or e-mail",
     "создаёт чат с пользователями по имени или e-mail"},
    {text_id::summary_send_message, "sends a message; from is \"me\" or your name, an admin may name another member",
     "отправляет сообщение; от — «me» или своё имя, администратор может назвать другого участника"},
    {text_id::summary_connect, "shows the last 50 messages, then live ones; what you type is sent, /leave returns",
     "показывает последние 50 сообщений, затем новые; введённое отправляется, /leave — назад"},
    {text_id::summary_chats, "lists your chats", "список ваших чатов"},
    {text_id::summary_remind, "sets a reminder; when is 10m, 2h, 1h30m, 13:45 or 2030-01-31T13:45:00Z",
     "создаёт напоминание; когда — 10m, 2h, 1h30m, 13:45 или 2030-01-31T13:45:00Z"},
    {text_id::summary_reminders, "lists your reminders", "список ваших напоминаний"},
    {text_id::summary_help, "lists the commands, or explains one", "список команд или пояснение одной"},
    {text_id::summary_exit, "ends the program", "завершает программу"},
    {text_id::usage_register, "register <username> <email> <password>", "register <имя> <email> <пароль>"},
    {text_id::usage_login, "login <email or username> <password>", "login <email или имя> <пароль>"},
    {text_id::usage_logout, "logout", "logout"},
    {text_id::usage_create_chat, "create_chat <user1,user2,...> [name]", "create_chat <user1,user2,...> [название]"},
    {text_id::usage_send_message, "send_message <chat_id> <from> <text>", "send_message <chat_id> <от> <текст>"},
    {text_id::usage_connect, "connect <chat_id>", "connect <chat_id>"},
    {text_id::usage_chats, "chats", "chats"},
    {text_id::usage_remind, "remind <when> <text>", "remind <когда> <текст>"},
    {text_id::usage_reminders, "reminders", "reminders"},
    {text_id::usage_help, "help [command]", "help [команда]"},
    {text_id::usage_exit, "exit", "exit"},
}};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].id) != i || table[i].english.empty() || table[i].russian.empty())
      return false;
  return true;
}
static_assert(rows_are_in_order(), "one row for each text_id, in its order, in both languages");

} // namespace

std::string_view text_of(text_id id, language lang) {
  const row& found = table[static_cast<std::size_t>(id)];
  return lang == language::russian ? found.russian : found.english;
}

std::string texts::fill(std::string_view pattern, const std::vector<std::string>& values) {
  std::string filled;
  std::size_t next_value = 0;
  while (true) {
    const auto gap = pattern.find("{}");
    filled += pattern.substr(0, gap);
    if (gap == std::string_view::npos)
      return filled;
    if (next_value < values.size())
      filled += values[next_value++];
    pattern.remove_prefix(gap + 2);
  }
}

language language_of_locale(std::string_view locale) {
  const bool russian = locale.substr(0, 2) == "ru" && (locale.size() == 2 || locale.find_first_of("_.@-") == 2);
  return russian ? language::russian : language::english;
}

language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
      return language_of_locale(value);
  return language::english;
}

} // namespace callboard::cli
