#include "bin/callboard-cli/commands.hpp"
#include "bin/callboard-cli/times.hpp"
#include "bin/callboard-cli/utf8.hpp"

#include <array>
#include <utility>

namespace callboard::cli {

namespace {

std::string state_text(const std::string& state, const texts& say) {
  constexpr std::array<std::pair<std::string_view, text_id>, 6> states{{{"scheduled", text_id::state_scheduled},
                                                                        {"firing", text_id::state_firing},
                                                                        {"delivered", text_id::state_delivered},
                                                                        {"snoozed", text_id::state_snoozed},
                                                                        {"cancelled", text_id::state_cancelled},
                                                                        {"failed", text_id::state_failed}}};
  for (const auto& [name, id] : states)
    if (name == state)
      return std::string(say(id));
  return neutralise(state);
}

// When the reminder fires next, or fired or was due.
std::string due_text(const json::value& reminder) {
  for (const std::string_view key : {"next_at", "due_at"})
    if (const auto time = parse_rfc3339(text_at(reminder, key)))
      return local_date_and_clock(*time);
  return "?";
}

} // namespace

asio::awaitable<result<void>> run_remind(command_context& context, std::vector<std::string> words) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto when = parse_when(words[0], now);
  if (!when)
    co_return failure{context.say(text_id::bad_when, neutralise(words[0])), {}};
  json::object body;
  body["text"] = join_words(words, 1);
  if (when->in.empty())
    body["due_at"] = when->at;
  else
    body["in"] = when->in;
  const auto answer = co_await context.user.call("POST", "/reminders", std::move(body), random_key());
  if (!answer)
    co_return answer.error();
  context.screen.print(context.say(text_id::reminder_set, number_at(*answer, "id"), due_text(*answer)));
  co_return result<void>();
}

asio::awaitable<result<void>> run_reminders(command_context& context, std::vector<std::string>) {
  const auto reminders = co_await read_list(context.user, "/reminders");
  if (!reminders)
    co_return reminders.error();
  if (reminders->empty())
    context.screen.print(context.say(text_id::no_reminders));
  for (const auto& reminder : *reminders)
    context.screen.print(context.say(text_id::reminder_line, number_at(reminder, "id"), due_text(reminder),
                                     state_text(text_at(reminder, "state"), context.say),
                                     neutralise(text_at(reminder, "text"))));
  co_return result<void>();
}

} // namespace callboard::cli
