#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace callboard::contract {

/// A door in front of a server, on loopback: forwards connections until told to freeze, cut or refuse them. Knows
/// nothing of what passes but single words of requests.
class tcp_gate {
public:
  tcp_gate(const std::string& host, unsigned port);
  ~tcp_gate();
  tcp_gate(const tcp_gate&) = delete;
  tcp_gate& operator=(const tcp_gate&) = delete;

  unsigned port() const { return port_; }

  /// While frozen nothing passes, and nothing is closed.
  void freeze(bool frozen) { frozen_ = frozen; }
  /// While refusing, connections are closed as they come, and those that are there are cut.
  void refuse(bool refusing) { refusing_ = refusing; }

  enum class moment : std::uint8_t {
    before_request, // the server never sees it
    after_request,  // the server works on it
    after_answer,   // the server has answered it
  };
  /// Cuts, once, the connection whose request holds `word`; then lets nobody in, if that is wished.
  void cut_at(const std::string& word, moment when, bool then_refuse = false);
  bool has_cut() const { return has_cut_; }
  /// How many connections are open.
  std::size_t links() const { return open_; }

private:
  struct link {
    int client = -1;
    int server = -1;
    bool cut_at_answer = false;
    bool is_over = false;
  };

  void run();
  void accept();
  void pass(link& each, bool from_client);
  void close(link& each);
  void cut(link& each);

  std::string host_;
  unsigned server_port_;
  int listener_;
  unsigned port_ = 0;
  std::list<link> links_;
  std::atomic<bool> stopping_{false}, frozen_{false}, refusing_{false}, has_cut_{false}, then_refuse_{false};
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::string word_;
  moment when_ = moment::before_request;
  std::thread thread_;
};

} // namespace callboard::contract
