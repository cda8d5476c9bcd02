#include "adapters/http/wire/centrifuge_json.hpp"

#include <chrono>

#include "adapters/http/wire/frame_buffer.hpp"
#include "adapters/http/wire/reply_writer.hpp"
#include "adapters/http/wire/views.hpp"

namespace callboard::http::wire {
namespace {

constexpr std::size_t max_message_bytes = 512;

void begin_push(json_writer& json, std::string_view channel) {
  json.begin_object();
  json.begin_object("push");
  json.text("channel", channel);
}

void end_push(json_writer& json) {
  json.end_object();
  json.end_object();
}

// No longer than `most`, and not in the middle of a code point.
void cut(std::string& text, std::size_t most) {
  if (text.size() <= most)
    return;
  while (most > 0 && (static_cast<std::uint8_t>(text[most]) & 0xC0) == 0x80)
    --most;
  text.resize(most);
}

} // namespace

timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string message_of(const caf::error& error) {
  auto code = code_of(error);
  const auto& entry = entry_of(code == errc::none ? errc::internal : code);
  std::string message{entry.name};
  message += ": ";
  // What went wrong inside is for the log; and nobody learns whether there is something that they may not see.
  auto inside = entry.http_status == 500 || code == errc::not_found || code == errc::hidden;
  auto context = inside ? error_context{} : context_of(error);
  if (!context.fields.empty() && code == errc::validation_failed)
    context.detail.clear();
  message += context.detail.empty() && context.fields.empty() ? entry.title : std::string_view{context.detail};
  if (context.detail.empty()) {
    std::string_view separator;
    for (const auto& field : context.fields) {
      message += separator;
      message += field.pointer + ' ' + field.detail;
      separator = "; ";
    }
  }
  cut(message, max_message_bytes);
  return message;
}

shared_bytes centrifuge_json::encode_reply(std::uint32_t command, const reply& body) const {
  frame_buffer frame;
  json_writer json{frame.payload()};
  json.begin_object();
  json.number_if("id", command);
  std::visit(reply_writer{json, epoch_, version_}, body);
  json.end_object();
  return frame.finish();
}

shared_bytes centrifuge_json::encode_error(std::uint32_t command, const caf::error& error) const {
  auto code = code_of(error);
  const auto& entry = entry_of(code == errc::none ? errc::internal : code);
  frame_buffer frame;
  json_writer json{frame.payload()};
  json.begin_object();
  json.number_if("id", command);
  json.begin_object("error");
  json.number("code", entry.websocket_code);
  json.text("message", message_of(error));
  json.true_if("temporary", entry.temporary);
  json.end_object();
  json.end_object();
  return frame.finish();
}

shared_bytes centrifuge_json::encode_events(room_id room, const room_event* first, const room_event* last) const {
  frame_buffer frame;
  auto channel = channel_of(room);
  for (auto event = first; event != last; ++event) {
    frame.next_object();
    json_writer json{frame.payload()};
    begin_push(json, channel);
    json.key("pub");
    write_publication(json, *event);
    end_push(json);
  }
  return frame.finish();
}

shared_bytes centrifuge_json::encode_personal(user_id user, const std::vector<personal_event>& events) const {
  frame_buffer frame;
  auto channel = channel_of(user);
  for (const auto& event : events) {
    frame.next_object();
    json_writer json{frame.payload()};
    begin_push(json, channel);
    json.key("pub");
    write_publication(json, event);
    end_push(json);
  }
  return frame.finish();
}

shared_bytes centrifuge_json::encode_session_revoked(user_id user, std::string_view reason) const {
  frame_buffer frame;
  json_writer json{frame.payload()};
  begin_push(json, channel_of(user));
  json.begin_object("pub");
  json.begin_object("data");
  json.text("type", "session.revoked");
  json.text("reason", reason);
  json.end_object();
  json.end_object();
  end_push(json);
  return frame.finish();
}

shared_bytes centrifuge_json::encode_presence_change(room_id room, const client_info& who, bool joined) const {
  frame_buffer frame;
  json_writer json{frame.payload()};
  begin_push(json, channel_of(room));
  json.begin_object(joined ? "join" : "leave");
  json.key("info");
  write_client(json, who);
  json.end_object();
  end_push(json);
  return frame.finish();
}

shared_bytes centrifuge_json::encode_unsubscribe(room_id room, std::uint32_t code, std::string_view reason) const {
  frame_buffer frame;
  json_writer json{frame.payload()};
  begin_push(json, channel_of(room));
  json.begin_object("unsubscribe");
  json.number_if("code", code);
  json.text_if("reason", reason);
  json.end_object();
  end_push(json);
  return frame.finish();
}

std::size_t centrifuge_json::size_of(const room_event& event) const {
  constexpr std::size_t fixed_part = 220; // names of members, numbers, the time
  return fixed_part + event.text.size() + event.key.size() + event.actor_name.size() + event.target_name.size() +
         event.sent_by.size();
}

} // namespace callboard::http::wire
