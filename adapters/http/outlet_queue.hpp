#pragma once

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
/// busy leaves together. Not bounded by itself: what is in it is bounded by the credits of the connections and by the
/// batches of the rooms.
class outlet_queue {
public:
  /// `wake` makes the I/O thread call `take` soon; called without the lock, when the queue was empty.
  explicit outlet_queue(std::function<void()> wake) : wake_{std::move(wake)} {}

  void push(outlet_item item);
  /// Swaps everything into `items`, which must be empty.
  void take(std::vector<outlet_item>& items);
  /// From now on everything is dropped.
  void close();

private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<outlet_item> items_;
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
