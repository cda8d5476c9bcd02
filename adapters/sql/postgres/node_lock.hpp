#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "adapters/sql/postgres/connection.hpp"

namespace callboard::sql {

/// The lock of an installation of one node: an advisory lock of PostgreSQL, held by a connection of its own for as long
/// as this lives. A thread watches the connection. When it is lost, so is the lock; the thread takes it again as soon
/// as the database lets it, which it does not while another server holds it.
class node_lock {
public:
  using connector = std::function<std::unique_ptr<postgres_connection>()>;

  /// Another server holds it; who, as far as the database tells.
  struct held {
    std::string holder;
  };
  using result = std::variant<std::unique_ptr<node_lock>, held>;

  /// Takes the lock at once or not at all; throws `driver_error`. `changed` is called by the thread, with true whenever
  /// the lock is held again and false whenever it is lost.
  static result take(connector connect, std::chrono::milliseconds ping_interval, std::function<void(bool)> changed);

  ~node_lock();
  node_lock(const node_lock&) = delete;
  node_lock& operator=(const node_lock&) = delete;

  /// Safe from any thread.
  bool is_held() const { return held_; }

private:
  node_lock(connector connect, std::unique_ptr<postgres_connection> connection, std::chrono::milliseconds ping_interval,
            std::function<void(bool)> changed);
  void watch();
  bool is_answering();
  bool take_again();
  void set_held(bool now_held);
  bool stopped_within(std::chrono::milliseconds time);

  connector connect_;
  std::unique_ptr<postgres_connection> connection_;
  std::chrono::milliseconds ping_interval_;
  std::function<void(bool)> changed_;
  std::atomic<bool> held_{true};
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace callboard::sql
