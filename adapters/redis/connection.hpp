#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis/reply.hpp"
#include "adapters/redis/reply_reader.hpp"
#include "adapters/redis/url.hpp"

namespace callboard::redis {

struct connection_options {
  address where;
  std::vector<command> greeting; // sent after AUTH and SELECT; an error as answer to one of them ends the connection
  std::chrono::milliseconds connect_timeout{2'000}; // greeting included
  std::chrono::milliseconds command_timeout{500};
  std::chrono::milliseconds first_pause{50}; // before the next try to connect; doubles, with jitter
  std::chrono::milliseconds longest_pause{2'000};
};

/// One connection that comes back by itself. Commands are pipelined: what is sent while a write is under way leaves
/// with the next one, and answers are matched by their order. An answer that is late, or that is no answer, ends the
/// connection: what waits behind it would be late too. Used by the thread of its event loop alone.
class connection {
public:
  struct events {
    std::function<void(std::vector<reply> greeting)> ready; // with the answers to `greeting`
    std::function<void(const std::string& reason)> lost;
    std::function<void(reply)> pushed; // what comes without a command under way; if not set, it ends the connection
  };

  connection(boost::asio::io_context& loop, connection_options options, events observer);

  void start();
  /// Ends for good; what is under way is answered with `lost`.
  void stop();
  /// `then` is called exactly once: at once with `away` if there is no connection.
  void send(const command& words, result_handler then);
  /// Cuts the connection; it is made anew after a pause.
  void drop(const std::string& reason) { lose(outcome::lost, reason); }
  bool ready() const { return state_ == state::ready; }

private:
  using clock = std::chrono::steady_clock;
  enum class state : std::uint8_t { stopped, pausing, connecting, greeting, ready };
  struct waiting {
    result_handler then;
    clock::time_point deadline;
  };

  void connect();
  void greet();
  void take_greeting(reply value);
  void write(const command& words);
  void flush();
  void read();
  void take(reply value);
  void watch_deadline();
  void lose(outcome how, const std::string& reason);
  void pause();

  connection_options options_;
  events observer_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_; // of the pause, of connecting, or of the oldest command
  state state_ = state::stopped;
  std::uint64_t generation_ = 0; // of the socket: what an older one still reports is ignored
  std::unique_ptr<reply_reader> reader_;
  std::array<char, 64 * 1024> input_{};
  std::string output_;
  bool writing_ = false;
  bool watching_ = false; // a deadline is armed
  std::deque<waiting> under_way_;
  std::vector<reply> greeting_;
  std::size_t greeting_size_ = 0;
  unsigned failures_ = 0; // in a row
  clock::time_point ready_since_;
  std::minstd_rand random_;
};

} // namespace callboard::redis
