#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::cli {

/// Languages of the interface.
enum class language { english, russian };

/// Every text of the interface; the table in texts.cpp has one row for each, in this order.
enum class text_id {
  about,
  option_url,
  option_ca,
  option_lang,
  option_no_color,
  option_help,
  option_version,
  help_intro,
  help_hint,
  usage,
  unknown_command,
  unclosed_quote,
  line_too_long,
  not_utf8,
  not_logged_in,
  password_missing,
  password_prompt,
  password_again_prompt,
  passwords_differ,
  registered,
  logged_in,
  logged_out,
  chat_created,
  unknown_members,
  bad_member_list,
  bad_chat_id,
  message_sent,
  no_chats,
  chat_line,
  chat_unread,
  reminder_set,
  reminder_line,
  no_reminders,
  bad_when,
  reminder_fired,
  state_scheduled,
  state_firing,
  state_delivered,
  state_snoozed,
  state_cancelled,
  state_failed,
  chat_hint,
  chat_unknown_slash,
  connection_lost,
  connection_restored,
  events_missed,
  history_replaced,
  removed_from_chat,
  line_refused,
  lines_unconfirmed,
  deleted_text,
  event_edited,
  event_deleted,
  event_member_added,
  event_member_removed,
  event_room_renamed,
  bad_url,
  bad_ca,
  bad_lang,
  cannot_resolve,
  cannot_connect,
  tls_failed,
  connection_broken,
  timed_out,
  answer_too_large,
  bad_answer,
  server_status,
  server_busy,
  server_closed,
  chat_refused,
  wrong_credentials,
  session_ended,
  internal_error,
  summary_register,
  summary_login,
  summary_logout,
  summary_create_chat,
  summary_send_message,
  summary_connect,
  summary_chats,
  summary_remind,
  summary_reminders,
  summary_help,
  summary_exit,
  usage_register,
  usage_login,
  usage_logout,
  usage_create_chat,
  usage_send_message,
  usage_connect,
  usage_chats,
  usage_remind,
  usage_reminders,
  usage_help,
  usage_exit,
  count_ ///< not a text: the number of texts
};

/// The text in a language, with `{}` for each value to fill in.
std::string_view text_of(text_id id, language lang);

/// The language of a value such as `ru_RU.UTF-8` or `en`; every other language reads English.
language language_of_locale(std::string_view locale);

/// The language that the environment asks for: the first non-empty of LC_ALL, LC_MESSAGES and LANG (POSIX, 8.2).
language language_of_environment();

/// The interface's texts in one language.
class texts {
public:
  explicit texts(language lang) : lang_(lang) {}

  /// The text as it stands in the table.
  std::string_view operator()(text_id id) const { return text_of(id, lang_); }

  /// The text with its `{}` replaced by `values`. Numbers are written as decimals.
  template <class... Values>
  requires(sizeof...(Values) > 0) std::string operator()(text_id id, const Values&... values) const {
    const std::vector<std::string> written{write(values)...};
    return fill(text_of(id, lang_), written);
  }

private:
  static std::string write(std::string_view value) { return std::string(value); }
  static std::string write(std::integral auto value) { return std::to_string(value); }
  static std::string fill(std::string_view pattern, const std::vector<std::string>& values);

  language lang_;
};

} // namespace callboard::cli
