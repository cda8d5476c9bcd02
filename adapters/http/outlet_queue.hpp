#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "messages/delivery.hpp"

namespace callboard::http {

/// One instruction to an I/O thread.
struct outlet_item {
  enum class kind : std::uint8_t { send, send_page, send_each, close, set_expiry };
  kind what = kind::send;
  connection_ref to;
  std::uint32_t answers = 0;
  std::uint64_t number = 0; // token of a page; milliseconds of an expiry
  shared_bytes bytes;       // of `close`: the close frame
  std::shared_ptr<const std::vector<connection_ref>> list;
};

/// Many producers, one consumer: an I/O thread. The consumer takes everything at once, so whatever came while it was
/// busy leaves together. It holds what a thread gets in the time of one round; a thread for which `max_bytes` wait is
/// not keeping up at all. Past them everything is dropped until the thread looks, which then closes its connections
/// with 3008, as it does with a single slow one: they come again and resume without a loss.
class outlet_queue {
public:
  /// `wake` makes the I/O thread call `take` soon; called without the lock, when the queue was empty.
  outlet_queue(std::size_t max_bytes, std::function<void()> wake) : max_bytes_{max_bytes}, wake_{std::move(wake)} {}

  void push(outlet_item item);
  /// Swaps everything into `items`, which must be empty. False: more was dropped since the last time.
  bool take(std::vector<outlet_item>& items);
  /// From now on everything is dropped.
  void close();

private:
  std::size_t max_bytes_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<outlet_item> items_;
  std::size_t bytes_ = 0; // of `items_`, themselves included; bytes shared by several items count for each
  bool dropped_ = false;
  bool closed_ = false;
};

/// The node's outlet: one queue per I/O thread.
class queued_outlet final : public outlet {
public:
  explicit queued_outlet(std::vector<std::shared_ptr<outlet_queue>> queues) : queues_{std::move(queues)} {}

  std::uint16_t threads() const override { return static_cast<std::uint16_t>(queues_.size()); }
  void send(connection_ref to, shared_bytes bytes, unsigned answers) override;
  void send_page(connection_ref to, shared_bytes bytes, unsigned answers, std::uint64_t token) override;
  void send_each(std::uint16_t thread, std::shared_ptr<const std::vector<connection_ref>> to,
                 shared_bytes bytes) override;
  void close(connection_ref to, close_code code, std::string_view reason) override;
  void set_expiry(connection_ref to, timestamp expires_at) override;

private:
  void push(std::uint16_t thread, outlet_item item);
  std::vector<std::shared_ptr<outlet_queue>> queues_;
};

/// A close frame with an application's code.
shared_bytes make_close_frame(std::uint16_t code, std::string_view reason);

} // namespace callboard::http
