#include "adapters/http/websocket_hub.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include <caf/send.hpp>

#include "messages/messages.hpp"

namespace callboard::http {
namespace {

// Writes between two looks at what came meanwhile: 16 take some 60 microseconds, the look less than one.
constexpr std::size_t writes_per_look = 16;

} // namespace

void websocket_hub::execute(std::vector<outlet_item>& items) {
  read_clock();
  for (auto& item : items)
    execute(item);
}

bool websocket_hub::flush(const std::function<void()>& take_more) {
  // Who is touched again after their write waits for the next round, so that a round ends and sockets are read.
  round_.swap(dirty_);
  for (std::size_t i = 0; i < round_.size(); ++i) {
    flush_if_dirty(round_[i]);
    if (i % writes_per_look == writes_per_look - 1)
      take_more();
  }
  round_.clear();
  return !dirty_.empty();
}

void websocket_hub::execute(outlet_item& item) {
  using kind = outlet_item::kind;
  if (item.what == kind::send_each) {
    if (item.list)
      for (const auto& to : *item.list)
        if (find(to))
          enqueue(to.slot, item.bytes, false);
    return;
  }
  auto* connection = find(item.to);
  if (!connection || connection->phase != connection_phase::open)
    return;
  auto slot = item.to.slot;
  switch (item.what) {
  case kind::send:
  case kind::send_page:
    connection->unanswered -= std::min(connection->unanswered, item.answers);
    if (item.answers > 0)
      tell_if_answered(*connection);
    if (item.what == kind::send_page)
      connection->queue.add_token(item.number, pool_);
    enqueue(slot, item.bytes, item.what == kind::send_page);
    mark_dirty(slot); // a page without bytes has drained, too
    if (!connection->reads)
      pause_or_resume(slot);
    break;
  case kind::close:
    begin_close(slot, item.bytes);
    break;
  case kind::set_expiry:
    if (connection->expires_at == 0)
      connection->next_ping = in(options_.ping_interval);
    connection->expires_at = static_cast<std::int64_t>(item.number);
    if (!connection->awaits_pong)
      connection->deadline = never;
    break;
  case kind::send_each:
    break;
  }
}

void websocket_hub::enqueue(std::uint32_t slot, const shared_bytes& bytes, bool exempt) {
  auto& connection = at(slot);
  if (connection.phase != connection_phase::open || !bytes)
    return;
  connection.queue.push(bytes, exempt, pool_);
  counters_.outgoing_bytes.add(bytes->size());
  // One flush may bring a long queue below the bound again: only what stays is too much.
  if (connection.queue.counted() > options_.max_outgoing_bytes) {
    flush(slot);
    if (connection.phase == connection_phase::open && connection.queue.counted() > options_.max_outgoing_bytes)
      return close_slow(slot);
  }
  mark_dirty(slot);
}

void websocket_hub::mark_dirty(std::uint32_t slot) {
  auto& connection = at(slot);
  if (connection.dirty)
    return;
  connection.dirty = true;
  dirty_.push_back(slot);
}

void websocket_hub::flush_dirty() {
  // Flushing may end a connection, never make another one dirty.
  for (auto slot : dirty_)
    flush_if_dirty(slot);
  dirty_.clear();
}

void websocket_hub::flush_if_dirty(std::uint32_t slot) {
  auto& connection = at(slot);
  if (!std::exchange(connection.dirty, false))
    return;
  if (connection.phase != connection_phase::free && !connection.waits_to_write)
    flush(slot);
}

void websocket_hub::flush(std::uint32_t slot) {
  auto& connection = at(slot);
  while (!connection.queue.empty()) {
    msghdr message{};
    message.msg_iov = slices_.data();
    message.msg_iovlen = connection.queue.gather(slices_.data(), slices_.size());
    auto sent = ::sendmsg(connection.socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    counters_.writes.add(1);
    if (sent < 0) {
      if (errno == EINTR)
        continue;
      if (errno != EAGAIN)
        return end(slot);
      if (!connection.waits_to_write) {
        connection.waits_to_write = true;
        watch(slot);
      }
      return;
    }
    counters_.frames_out.add(message.msg_iovlen);
    counters_.outgoing_bytes.subtract(static_cast<std::uint64_t>(sent));
    connection.queue.consume(static_cast<std::size_t>(sent));
    connection.last_progress = now_;
  }
  queue_drained(slot);
}

void websocket_hub::queue_drained(std::uint32_t slot) {
  auto& connection = at(slot);
  for (auto token : connection.queue.finish(pool_))
    if (connection.session)
      caf::anon_send(connection.session, connection_drained{token});
  if (connection.phase == connection_phase::leaving)
    return end(slot);
  if (connection.waits_to_write) {
    connection.waits_to_write = false;
    watch(slot);
  }
}

} // namespace callboard::http
