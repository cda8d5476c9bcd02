#include "bin/callboard-cli/commands.hpp"

#include "bin/callboard-cli/command_line.hpp"
#include "bin/callboard-cli/utf8.hpp"

#include <algorithm>
#include <array>

namespace callboard::cli {

namespace {

constexpr std::size_t any_number = static_cast<std::size_t>(-1);

asio::awaitable<result<void>> run_help(command_context& context, std::vector<std::string> words) {
  const texts& say = context.say;
  if (words.empty()) {
    context.screen.print(say(text_id::help_intro));
    for (const command& each : all_commands())
      context.screen.print("  " + std::string(say(each.usage)));
    co_return result<void>();
  }
  const command* found = find_command(words.front());
  if (found == nullptr)
    co_return failure{say(text_id::unknown_command, neutralise(words.front())), {}};
  context.screen.print(std::string(say(found->usage)) + ": " + std::string(say(found->summary)));
  co_return result<void>();
}

asio::awaitable<result<void>> run_exit(command_context& context, std::vector<std::string>) {
  context.leaving = true;
  co_return result<void>();
}

constexpr std::array commands{
    command{"register", text_id::usage_register, text_id::summary_register, 2, 3, false, run_register},
    command{"login", text_id::usage_login, text_id::summary_login, 1, 2, false, run_login},
    command{"logout", text_id::usage_logout, text_id::summary_logout, 0, 0, true, run_logout},
    command{"create_chat", text_id::usage_create_chat, text_id::summary_create_chat, 1, any_number, true,
            run_create_chat},
    command{"send_message", text_id::usage_send_message, text_id::summary_send_message, 3, any_number, true,
            run_send_message},
    command{"connect", text_id::usage_connect, text_id::summary_connect, 1, 1, true, run_connect},
    command{"chats", text_id::usage_chats, text_id::summary_chats, 0, 0, true, run_chats},
    command{"remind", text_id::usage_remind, text_id::summary_remind, 2, any_number, true, run_remind},
    command{"reminders", text_id::usage_reminders, text_id::summary_reminders, 0, 0, true, run_reminders},
    command{"help", text_id::usage_help, text_id::summary_help, 0, 1, false, run_help},
    command{"exit", text_id::usage_exit, text_id::summary_exit, 0, 0, false, run_exit},
};

} // namespace

std::span<const command> all_commands() {
  return commands;
}

const command* find_command(std::string_view name) {
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const command& c) { return c.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

asio::awaitable<result<void>> run_command_line(command_context& context, std::string line) {
  const texts& say = context.say;
  if (!is_utf8(line))
    co_return failure{std::string(say(text_id::not_utf8)), {}};
  auto [words, unclosed] = split_command(line);
  if (unclosed)
    co_return failure{say(text_id::unclosed_quote, std::string(1, *unclosed)), {}};
  if (words.empty() || words.front().starts_with('#'))
    co_return result<void>();
  const command* found = find_command(words.front());
  if (found == nullptr)
    co_return failure{say(text_id::unknown_command, neutralise(words.front())), {}};
  words.erase(words.begin());
  if (words.size() < found->fewest_words || words.size() > found->most_words)
    co_return failure{say(text_id::usage, say(found->usage)), {}};
  if (found->needs_log_in && !context.user.user())
    co_return failure{say(text_id::not_logged_in, say(text_id::usage_login)), {}};
  co_return co_await found->run(context, std::move(words));
}

std::string join_words(const std::vector<std::string>& words, std::size_t first) {
  std::string joined;
  for (std::size_t i = first; i < words.size(); ++i)
    joined += (i == first ? "" : " ") + words[i];
  return joined;
}

asio::awaitable<result<json::array>> read_list(session& user, std::string path) {
  constexpr int most_pages = 100;
  json::array items;
  std::string cursor;
  for (int page = 0; page < most_pages; ++page) {
    const std::string query = "?limit=100" + (cursor.empty() ? std::string() : "&cursor=" + cursor);
    const auto answer = co_await user.call("GET", path + query);
    if (!answer)
      co_return answer.error();
    for (const auto& item : array_at(*answer, "items"))
      items.push_back(item);
    cursor = text_at(*answer, "next_cursor");
    if (cursor.empty())
      break;
  }
  co_return items;
}

} // namespace callboard::cli
