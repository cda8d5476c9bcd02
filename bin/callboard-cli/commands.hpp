#pragma once

#include "bin/callboard-cli/console.hpp"
#include "bin/callboard-cli/session.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::cli {

/// What a command works with.
struct command_context {
  asio::any_io_executor executor;
  network& net;
  session& user;
  console& screen;
  const texts& say;
  bool leaving = false; ///< set by `exit`
};

/// Runs a command with its words after the name. An empty text in the failure means that it was reported already.
using command_function = asio::awaitable<result<void>> (*)(command_context& context, std::vector<std::string> words);

/// One command of the prompt.
struct command {
  std::string_view name;
  text_id usage;
  text_id summary;
  std::size_t fewest_words;
  std::size_t most_words;
  bool needs_log_in;
  command_function run;
};

/// All commands, in the order of `help`.
std::span<const command> all_commands();

/// The command of that name, or null.
const command* find_command(std::string_view name);

/// Cuts the line into words, finds the command, checks the number of words and whether a log-in is needed, and runs
/// it. Nothing happens for an empty line and for one that begins with `#`.
asio::awaitable<result<void>> run_command_line(command_context& context, std::string line);

asio::awaitable<result<void>> run_register(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_login(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_logout(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_create_chat(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_send_message(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_connect(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_chats(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_remind(command_context& context, std::vector<std::string> words);
asio::awaitable<result<void>> run_reminders(command_context& context, std::vector<std::string> words);

/// The words from `first` on, joined by single spaces.
std::string join_words(const std::vector<std::string>& words, std::size_t first);

/// Reads all pages of a list; stops after 100 pages.
asio::awaitable<result<json::array>> read_list(session& user, std::string path);

} // namespace callboard::cli
