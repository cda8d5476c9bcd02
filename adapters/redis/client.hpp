#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis/connection.hpp"
#include "adapters/redis/reply.hpp"
#include "adapters/redis/scripts.hpp"
#include "messages/probe.hpp"

namespace callboard::redis {

struct client_options {
  address where;
  std::string prefix = "callboard:1:"; // of every key and channel; the number is the version of what they hold
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds command_timeout{500};
  std::chrono::milliseconds first_pause{50}; // before the next try to connect; doubles, with jitter
  std::chrono::milliseconds longest_pause{2'000};
  std::chrono::milliseconds beat{1'000};
  std::size_t max_under_way = 10'000; // commands; past it `busy`
  std::shared_ptr<node_probe> probe;
  std::function<void(const std::string& sentence)> report; // what an operator wants to know; any thread
};

/// Redis as this node reaches it: a connection for commands and one for what other nodes tell (the feed), both served
/// by one thread of its own. While Redis is away every command is answered at once, so that nobody waits for it twice.
class client {
public:
  /// Called on the client's thread; set before `start`, never blocking.
  struct listener {
    /// Redis answered and, with `fresh`, it may know less than before: it was reached anew or has lost its data.
    std::function<void(bool fresh)> beat = [](bool) {};
    /// The feed works from now on; what was told before may have been missed.
    std::function<void()> feed_ready = [] {};
    std::function<void(const std::string& text)> told = [](const std::string&) {};
  };

  explicit client(client_options options);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void listen(listener each) { listeners_.push_back(std::move(each)); }
  void start();
  /// Every command is answered before it returns. What is sent later is `away`.
  void stop();

  /// `then` is called once, on the client's thread or, if nothing can be sent, on the caller's.
  void send(command words, result_handler then);
  void run(script which, const std::vector<std::string>& keys, std::vector<std::string> arguments, result_handler then);

  bool ready() const { return ready_.load(); }
  bool feed_ready() const { return feed_ready_.load(); }
  std::string key(const std::string& name) const { return options_.prefix + name; }
  /// The channel on which nodes tell each other.
  std::string channel() const { return key("told"); }
  /// A text that no other node and no earlier start makes.
  std::string unique_name();

private:
  connection_options options_of_commands() const;
  connection_options options_of_feed() const;
  connection::events events_of_commands();
  connection::events events_of_feed();
  void finish(result answer, const result_handler& then);
  void run_on_loop(script which, std::vector<std::string> keys, std::vector<std::string> arguments,
                   result_handler then);
  void beat();
  void take_beat(const reply& marker);
  void take_told(const reply& message);
  void report(const std::string& sentence) const;

  client_options options_;
  std::string instance_;
  std::atomic<std::uint64_t> names_{0};
  std::vector<listener> listeners_;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> ready_{false};
  std::atomic<bool> feed_ready_{false};
  std::atomic<bool> running_{false};

  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer beat_timer_;
  connection commands_;
  connection feed_;
  std::vector<std::string> digests_; // of the scripts, as Redis gave them
  std::string marker_;               // that Redis has for as long as it has its data
  bool reached_anew_ = false;
  bool said_lost_ = false;
  std::uint64_t beats_sent_ = 0;
  std::uint64_t beats_heard_ = 0;
  std::thread thread_;
};

} // namespace callboard::redis
