#include "bin/callboard-load/commands.hpp"

#include <cstdio>

namespace callboard::load {

namespace {

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      out.push_back('\\');
      out.push_back(letter);
    } else if (static_cast<unsigned char>(letter) < 0x20) {
      char escaped[8];
      static_cast<void>(std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(letter)));
      out.append(escaped);
    } else {
      out.push_back(letter);
    }
  }
  out.push_back('"');
}

void open_command(std::string& out, command_kind kind, std::uint32_t slot, std::string_view name) {
  out.append("{\"id\":").append(std::to_string(command_id(kind, slot))).append(",\"").append(name).append("\":{");
}

void append_channel(std::string& out, std::string_view channel) {
  out.append("\"channel\":");
  append_quoted(out, channel);
}

} // namespace

void append_connect(std::string& out, std::string_view token) {
  open_command(out, command_kind::connect, 0, "connect");
  out.append("\"token\":");
  append_quoted(out, token);
  out.append(",\"name\":\"callboard-load\"}}");
}

void append_subscribe(std::string& out, std::uint32_t slot, std::string_view channel, const recovery& from) {
  open_command(out, command_kind::subscribe, slot, "subscribe");
  append_channel(out, channel);
  if (from.wanted) {
    out.append(",\"recover\":true,\"offset\":").append(std::to_string(from.offset)).append(",\"epoch\":");
    append_quoted(out, from.epoch);
  }
  out.append("}}");
}

void append_unsubscribe(std::string& out, std::uint32_t slot, std::string_view channel) {
  open_command(out, command_kind::unsubscribe, slot, "unsubscribe");
  append_channel(out, channel);
  out.append("}}");
}

void append_publish(std::string& out, std::uint32_t slot, std::string_view channel, std::string_view text,
                    std::string_view key) {
  open_command(out, command_kind::publish, slot, "publish");
  append_channel(out, channel);
  out.append(",\"data\":{\"text\":");
  append_quoted(out, text);
  out.append(",\"key\":");
  append_quoted(out, key);
  out.append("}}}");
}

} // namespace callboard::load
