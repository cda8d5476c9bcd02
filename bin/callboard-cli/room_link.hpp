#pragma once

#include "bin/callboard-cli/backoff.hpp"
#include "bin/callboard-cli/conversation.hpp"
#include "bin/callboard-cli/session.hpp"
#include "bin/callboard-cli/websocket_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <random>

namespace callboard::cli {

/// Keeps a conversation connected: one WebSocket connection after the other, with growing pauses, fresh access tokens,
/// and a deadline for every reply and for the server's pings.
class room_link {
public:
  /// Told of everything that is for the user to see.
  struct observer {
    std::function<void(const occurrence&)> happened;
    std::function<void(const std::string& reason)> lost; ///< once for each loss, not for each failed attempt
    std::function<void()> restored;
  };

  room_link(asio::any_io_executor executor, network& net, session& user, conversation& talk, observer watcher);

  /// Runs until the server refuses for good; returns why.
  asio::awaitable<failure> run();

  /// To be called when the conversation has something to send.
  void wake() { changed_.cancel(); }

private:
  using clock = std::chrono::steady_clock;

  struct ending {
    bool final = false; ///< coming back is of no use
    std::string reason;
  };

  asio::awaitable<ending> connect_once();
  asio::awaitable<ending> receive_frames(websocket_connection& socket);
  asio::awaitable<ending> send_frames(websocket_connection& socket);
  asio::awaitable<std::optional<ending>> renew_token();
  std::optional<ending> act_on(const occurrence& happened);
  std::optional<ending> check_deadlines();
  std::chrono::milliseconds random_delay();

  asio::any_io_executor executor_;
  network& net_;
  session& user_;
  conversation& talk_;
  observer watcher_;
  asio::steady_timer changed_; ///< cancelled to wake the sender
  backoff delays_;
  std::minstd_rand random_;
  bool lost_ = false;
  bool token_expired_ = false; ///< the next connection needs a fresh access token
  bool token_renewed_ = false; ///< it was renewed, and no connection succeeded since
  clock::time_point last_heard_;
  std::int64_t awaited_reply_ = 0;
  clock::time_point reply_due_;
  std::optional<clock::time_point> renewal_due_;
  std::optional<clock::time_point> resend_due_;
};

} // namespace callboard::cli
