#include "adapters/http/outlet_queue.hpp"

#include <string>
#include <utility>

#include "adapters/websocket/encoder.hpp"

namespace callboard::http {

void outlet_queue::push(outlet_item item) {
  bool was_empty = false;
  {
    std::lock_guard lock{mutex_};
    if (closed_)
      return;
    auto size = sizeof item + (item.bytes ? item.bytes->size() : 0);
    if (!items_.empty() && bytes_ + size > max_bytes_) {
      dropped_ = true;
      return; // what is there has woken the thread
    }
    was_empty = items_.empty();
    bytes_ += size;
    items_.push_back(std::move(item));
  }
  if (was_empty)
    wake_();
}

bool outlet_queue::take(std::vector<outlet_item>& items) {
  std::lock_guard lock{mutex_};
  items_.swap(items);
  bytes_ = 0;
  return !std::exchange(dropped_, false);
}

void outlet_queue::close() {
  std::vector<outlet_item> dropped;
  std::lock_guard lock{mutex_};
  closed_ = true;
  items_.swap(dropped);
}

void queued_outlet::push(std::uint16_t thread, outlet_item item) {
  if (thread < queues_.size())
    queues_[thread]->push(std::move(item));
}

void queued_outlet::send(connection_ref to, shared_bytes bytes, unsigned answers) {
  push(to.thread, {outlet_item::kind::send, to, answers, 0, std::move(bytes), nullptr});
}

void queued_outlet::send_page(connection_ref to, shared_bytes bytes, unsigned answers, std::uint64_t token) {
  push(to.thread, {outlet_item::kind::send_page, to, answers, token, std::move(bytes), nullptr});
}

void queued_outlet::send_each(std::uint16_t thread, std::shared_ptr<const std::vector<connection_ref>> to,
                              shared_bytes bytes) {
  push(thread, {outlet_item::kind::send_each, {}, 0, 0, std::move(bytes), std::move(to)});
}

void queued_outlet::close(connection_ref to, close_code code, std::string_view reason) {
  push(to.thread,
       {outlet_item::kind::close, to, 0, 0, make_close_frame(static_cast<std::uint16_t>(code), reason), nullptr});
}

void queued_outlet::set_expiry(connection_ref to, timestamp expires_at) {
  auto milliseconds = static_cast<std::uint64_t>(expires_at.time_since_epoch().count());
  push(to.thread, {outlet_item::kind::set_expiry, to, 0, milliseconds, nullptr, nullptr});
}

shared_bytes make_close_frame(std::uint16_t code, std::string_view reason) {
  std::string frame;
  websocket::append_close_frame(frame, static_cast<websocket::close_code>(code), reason);
  return std::make_shared<const std::string>(std::move(frame));
}

} // namespace callboard::http
