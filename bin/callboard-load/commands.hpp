#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callboard::load {

/// What a command asks; kept in the low bits of its id, so that a reply tells what it answers without a table.
enum class command_kind : std::uint32_t { connect = 0, subscribe = 1, unsubscribe = 2, publish = 3 };

/// The id of a command: never 0. slot: which of the client's channels it is about, below 2^28.
constexpr std::uint32_t command_id(command_kind kind, std::uint32_t slot) {
  return (slot + 1) << 2 | static_cast<std::uint32_t>(kind);
}

/// What the command with this id asked.
constexpr command_kind kind_of(std::uint32_t id) {
  return static_cast<command_kind>(id & 3);
}

/// The slot the command with this id is about.
constexpr std::uint32_t slot_of(std::uint32_t id) {
  return (id >> 2) - 1;
}

/// Where a subscription wants to go on.
struct recovery {
  bool wanted = false;
  std::uint64_t offset = 0;
  std::string_view epoch;
};

/// Append one command as a line of JSON, without a line feed. Strings are escaped.
void append_connect(std::string& out, std::string_view token);
void append_subscribe(std::string& out, std::uint32_t slot, std::string_view channel, const recovery& from);
void append_unsubscribe(std::string& out, std::uint32_t slot, std::string_view channel);
void append_publish(std::string& out, std::uint32_t slot, std::string_view channel, std::string_view text,
                    std::string_view key);

} // namespace callboard::load
