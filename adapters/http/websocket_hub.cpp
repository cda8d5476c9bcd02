#include "adapters/http/websocket_hub.hpp"

#include <algorithm>
#include <chrono>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <caf/send.hpp>

#include "adapters/websocket/encoder.hpp"
#include "messages/messages.hpp"

namespace callboard::http {
namespace {

constexpr std::size_t read_buffer_size = 128 * 1024;
constexpr std::size_t slices_per_write = 1024; // IOV_MAX of Linux

std::int64_t wall_clock_milliseconds() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

websocket_hub::websocket_hub(std::uint16_t thread, const edge_options& options, const node_services& services,
                             const command_decoder& decoder, edge_counters& counters)
    : thread_{thread}, options_{options}, services_{services}, decoder_{decoder}, counters_{counters},
      buffer_(read_buffer_size), slices_(slices_per_write) {
  std::string ping;
  websocket::append_text_frame(ping, "{}");
  ping_ = std::make_shared<const std::string>(std::move(ping));
  read_clock();
}

websocket_hub::~websocket_hub() {
  abandon();
}

void websocket_hub::read_clock() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  now_ = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::uint32_t websocket_hub::take_slot() {
  if (free_slots_.empty()) {
    auto first = static_cast<std::uint32_t>(chunks_.size()) * chunk_size;
    chunks_.push_back(std::make_unique<websocket_connection[]>(chunk_size));
    for (auto slot = first + chunk_size; slot > first; --slot)
      free_slots_.push_back(slot - 1);
  }
  auto slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

websocket_connection* websocket_hub::find(const connection_ref& to) {
  if (to.slot >= chunks_.size() * chunk_size)
    return nullptr;
  auto& connection = at(to.slot);
  return connection.generation == to.generation && connection.phase != connection_phase::free ? &connection : nullptr;
}

void websocket_hub::adopt(int socket, client_origin origin, std::string received, connection_ticket ticket) {
  read_clock();
  auto slot = take_slot();
  auto& connection = at(slot);
  auto generation = connection.generation + 1;
  if (!readiness_.add(socket, key_of(slot, generation), true, false)) {
    free_slots_.push_back(slot);
    ::close(socket);
    return;
  }
  int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (options_.socket_send_buffer > 0)
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &options_.socket_send_buffer, sizeof(options_.socket_send_buffer));
  connection = websocket_connection{};
  connection.decoder = websocket::decoder{options_.max_frame_bytes};
  connection.socket = socket;
  connection.generation = generation;
  connection.phase = connection_phase::open;
  connection.ticket = std::move(ticket);
  connection.deadline = in(options_.connect_timeout);
  connection.last_progress = now_;
  ++size_;
  counters_.websocket_connections.add(1);
  connection.session = services_.spawn_session({thread_, slot, generation}, std::move(origin));
  if (shut_down_.from != never)
    shut_down(connection); // its handshake was under way
  if (!received.empty()) {
    consume(slot, received);
    flush_dirty();
  }
}

void websocket_hub::watch(std::uint32_t slot) {
  auto& connection = at(slot);
  readiness_.change(connection.socket, key_of(slot, connection.generation), connection.reads,
                    connection.waits_to_write);
}

void websocket_hub::tell_session(websocket_connection& connection) {
  if (connection.session)
    caf::anon_send(connection.session, connection_closed{});
  connection.session = nullptr;
}

void websocket_hub::begin_close(std::uint32_t slot, const shared_bytes& frame) {
  auto& connection = at(slot);
  if (connection.phase != connection_phase::open)
    return;
  connection.phase = connection_phase::closing;
  connection.deadline = in(options_.close_timeout);
  tell_session(connection);
  auto before = connection.queue.total();
  connection.queue.push(frame, true, pool_);
  counters_.outgoing_bytes.add(connection.queue.total() - before);
  mark_dirty(slot);
  if (!connection.reads) {
    connection.reads = true; // for the peer's close frame
    watch(slot);
  }
}

void websocket_hub::begin_close(std::uint32_t slot, std::uint16_t code, std::string_view reason) {
  begin_close(slot, make_close_frame(code, reason));
}

void websocket_hub::close_slow(std::uint32_t slot) {
  auto& connection = at(slot);
  if (connection.phase != connection_phase::open)
    return;
  counters_.slow_closed.add(1);
  // What is dropped here was never seen by the client, so it asks for it again when it comes back.
  auto before = connection.queue.total();
  connection.queue.drop_unsent(pool_);
  counters_.outgoing_bytes.subtract(before - connection.queue.total());
  begin_close(slot, static_cast<std::uint16_t>(close_code::slow), "slow");
}

void websocket_hub::end(std::uint32_t slot) {
  auto& connection = at(slot);
  if (connection.phase == connection_phase::free)
    return;
  tell_session(connection);
  counters_.outgoing_bytes.subtract(connection.queue.total());
  counters_.websocket_connections.subtract(1);
  connection.queue.finish(pool_);
  ::shutdown(connection.socket, SHUT_WR);
  ::close(connection.socket);
  auto generation = connection.generation;
  auto dirty = connection.dirty;
  connection = websocket_connection{};
  connection.generation = generation;
  connection.dirty = dirty;
  free_slots_.push_back(slot);
  --size_;
}

void websocket_hub::begin_shut_down(std::chrono::milliseconds spread) {
  read_clock();
  shut_down_ = {now_, in(spread), size_, 0, 0};
}

bool websocket_hub::shut_down_due() {
  read_clock();
  const auto slots = chunks_.size() * chunk_size;
  const auto passed = static_cast<std::size_t>(now_ - shut_down_.from);
  const auto whole = static_cast<std::size_t>(shut_down_.to - shut_down_.from);
  const auto due = passed >= whole ? slots : shut_down_.size * passed / whole;
  for (; shut_down_.next < slots && shut_down_.told < due; ++shut_down_.next)
    if (at(shut_down_.next).phase == connection_phase::open) {
      shut_down(at(shut_down_.next));
      ++shut_down_.told;
    }
  return shut_down_.next < slots;
}

void websocket_hub::shut_down(websocket_connection& connection) {
  connection.is_ending = true;
  tell_if_answered(connection);
}

void websocket_hub::tell_if_answered(websocket_connection& connection) {
  if (connection.is_ending && connection.unanswered == 0 && connection.session)
    caf::anon_send(connection.session, callboard::shut_down{});
}

void websocket_hub::close_all(close_code code, std::string_view reason) {
  read_clock();
  auto frame = make_close_frame(static_cast<std::uint16_t>(code), reason);
  for (std::uint32_t slot = 0; slot < chunks_.size() * chunk_size; ++slot)
    if (at(slot).phase == connection_phase::open)
      begin_close(slot, frame);
  flush_dirty();
}

void websocket_hub::abandon() {
  for (std::uint32_t slot = 0; slot < chunks_.size() * chunk_size; ++slot)
    end(slot);
}

std::chrono::milliseconds websocket_hub::sweep_interval() const {
  auto shortest = std::min({options_.ping_interval, options_.pong_timeout, options_.connect_timeout,
                            options_.close_timeout, options_.page_timeout, std::chrono::milliseconds{2'000}});
  return std::max(shortest / 4, std::chrono::milliseconds{5});
}

void websocket_hub::sweep() {
  read_clock();
  auto wall_clock = wall_clock_milliseconds();
  for (std::uint32_t slot = 0; slot < chunks_.size() * chunk_size; ++slot)
    if (at(slot).phase != connection_phase::free)
      sweep(slot, wall_clock);
  flush_dirty();
}

void websocket_hub::sweep(std::uint32_t slot, std::int64_t wall_clock) {
  if (at(slot).phase == connection_phase::open)
    sweep_open(slot, wall_clock);
  else if (at(slot).deadline <= now_)
    end(slot);
}

void websocket_hub::sweep_open(std::uint32_t slot, std::int64_t wall_clock) {
  auto& connection = at(slot);
  auto close = [this, slot](close_code code, std::string_view reason) {
    begin_close(slot, static_cast<std::uint16_t>(code), reason);
  };
  if (connection.queue.empty()) {
    connection.last_progress = now_;
  } else if (now_ - connection.last_progress > options_.page_timeout.count()) {
    return close_slow(slot);
  }
  if (connection.expires_at == 0) {
    if (connection.deadline <= now_)
      close(close_code::bad_request, connection.spoke ? "not connected in time" : "no command in time");
    return;
  }
  if (connection.expires_at <= wall_clock)
    return close(close_code::expired, "connection expired");
  if (connection.awaits_pong) {
    // While the socket is not read for want of credits, its pong cannot be seen.
    if (!connection.reads)
      connection.deadline = in(options_.pong_timeout);
    else if (connection.deadline <= now_)
      close(close_code::no_pong, "no pong");
  } else if (connection.next_ping <= now_ && connection.queue.empty()) {
    // A connection with bytes in its queue shows by their progress whether it lives.
    connection.awaits_pong = true;
    connection.deadline = in(options_.pong_timeout);
    connection.next_ping = in(options_.ping_interval);
    enqueue(slot, ping_, true);
  }
}

} // namespace callboard::http
