#pragma once

#include "bin/callboard-cli/console.hpp"
#include "bin/callboard-cli/room_link.hpp"

namespace callboard::cli {

/// The inside of `connect <chat_id>`: shows the last messages and live ones and sends what is typed, until the user
/// leaves, the input ends or the server refuses.
class chat_room {
public:
  chat_room(asio::any_io_executor executor, network& net, session& user, console& screen, std::int64_t room_id);

  /// A failure if the history could not be read, if the server refused to let the user in, or if typed lines were
  /// refused or remain unconfirmed. The text of the failure is empty if everything was reported already.
  asio::awaitable<result<void>> run();

private:
  asio::awaitable<result<void>> show_history();
  asio::awaitable<result<void>> take_input();
  asio::awaitable<result<void>> wait_until_settled();
  void type(std::string text);
  void refuse(const std::string& why);
  void show(const std::optional<std::string>& line);
  void show(const occurrence& happened);
  room_link::observer make_observer();

  network& net_;
  session& user_;
  console& screen_;
  const texts& say_;
  std::int64_t room_id_;
  conversation talk_;
  room_link link_;
  asio::steady_timer progress_; ///< paces the waits for confirmations
  bool any_refused_ = false;
};

} // namespace callboard::cli
