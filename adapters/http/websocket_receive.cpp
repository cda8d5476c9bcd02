#include "adapters/http/websocket_hub.hpp"

#include <cerrno>

#include <sys/socket.h>

#include <caf/send.hpp>

#include "adapters/websocket/encoder.hpp"
#include "messages/messages.hpp"

namespace callboard::http {

void websocket_hub::serve_ready() {
  read_clock();
  for (const auto& event : readiness_.poll()) {
    auto slot = static_cast<std::uint32_t>(event.data.u64);
    auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
    auto gone = [&] { return at(slot).generation != generation || at(slot).phase == connection_phase::free; };
    if (gone())
      continue;
    if (event.events & EPOLLOUT)
      flush(slot);
    if (gone())
      continue;
    // A reset of a socket that is not read is only seen here.
    if ((event.events & EPOLLIN) || (event.events & (EPOLLERR | EPOLLHUP)))
      receive(slot);
  }
  flush_dirty();
}

void websocket_hub::receive(std::uint32_t slot) {
  auto count = ::recv(at(slot).socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (count > 0)
    return consume(slot, {buffer_.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  end(slot);
}

void websocket_hub::consume(std::uint32_t slot, std::span<char> input) {
  auto& connection = at(slot);
  while (connection.phase == connection_phase::open || connection.phase == connection_phase::closing) {
    auto event = connection.decoder.next(input);
    using kind = websocket::event::kind;
    switch (event.what) {
    case kind::need_more:
      return pause_or_resume(slot);
    case kind::text:
      if (connection.phase == connection_phase::open && !connection.is_ending)
        accept_text(slot, event.payload);
      break;
    case kind::ping:
      if (connection.phase == connection_phase::open) {
        std::string pong;
        websocket::append_pong_frame(pong, event.payload);
        enqueue(slot, std::make_shared<const std::string>(std::move(pong)), false);
      }
      break;
    case kind::pong:
      connection.awaits_pong = false;
      break;
    case kind::close:
      return accept_close(slot, static_cast<std::uint16_t>(event.code));
    case kind::failure:
      if (connection.phase == connection_phase::closing)
        return; // ignored until the peer closes or its time is up: ending now could lose our close frame
      // Too large a frame is the protocol's business (protocol.md 1.1), anything else RFC 6455's.
      return event.code == websocket::close_code::message_too_big
                 ? begin_close(slot, static_cast<std::uint16_t>(close_code::bad_request), "frame too large")
                 : begin_close(slot, static_cast<std::uint16_t>(event.code), "protocol error");
    }
  }
}

void websocket_hub::accept_text(std::uint32_t slot, std::string_view frame) {
  auto& connection = at(slot);
  counters_.frames_in.add(1);
  connection.awaits_pong = false; // whoever speaks is alive
  auto decoded = decoder_.decode(frame, options_.max_commands_per_frame);
  if (decoded.violation || decoded.commands.size() + decoded.pongs > options_.max_commands_per_frame) {
    auto reason = decoded.violation ? std::string_view{decoded.reason} : std::string_view{"too many commands"};
    return begin_close(slot, static_cast<std::uint16_t>(close_code::bad_request), reason);
  }
  admit_messages(slot, decoded.commands);
  if (decoded.commands.empty() || connection.phase != connection_phase::open)
    return;
  if (!connection.spoke) {
    connection.spoke = true;
    if (connection.expires_at == 0)
      connection.deadline = in(2 * options_.connect_timeout);
  }
  for (const auto& each : decoded.commands)
    if (!std::holds_alternative<send_command>(each.body)) // which has no answer
      ++connection.unanswered;
  caf::anon_send(connection.session, client_commands{std::move(decoded.commands)});
}

// Under overload a message must cost no more than its refusal, so it is refused here, before any actor hears of it. Who
// has not shown who they are takes nobody's place: the session asks for those that come so early.
void websocket_hub::admit_messages(std::uint32_t slot, std::vector<command>& commands) {
  if (!services_.gate || at(slot).expires_at == 0)
    return;
  std::erase_if(commands, [this, slot](command& each) {
    auto* message = std::get_if<post_command>(&each.body);
    if (message == nullptr || (message->place = services_.gate->enter()))
      return false;
    auto reason = no_message_place();
    enqueue(slot, services_.wire->encode_error(each.id, reason), false);
    return true;
  });
}

void websocket_hub::accept_close(std::uint32_t slot, std::uint16_t code) {
  auto& connection = at(slot);
  if (connection.phase == connection_phase::closing) {
    // Both close frames are there, or ours is still queued behind bytes that the peer no longer wants.
    return end(slot);
  }
  begin_close(slot, code, {});
  connection.phase = connection_phase::leaving;
  connection.reads = false;
  watch(slot);
}

void websocket_hub::pause_or_resume(std::uint32_t slot) {
  auto& connection = at(slot);
  if (connection.phase != connection_phase::open)
    return;
  auto may_read = connection.unanswered < options_.max_unanswered_commands;
  if (may_read != connection.reads) {
    connection.reads = may_read;
    watch(slot);
  }
}

} // namespace callboard::http
