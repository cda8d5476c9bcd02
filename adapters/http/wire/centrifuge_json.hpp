#pragma once

#include <functional>
#include <string>

#include "adapters/http/command_decoder.hpp"
#include "messages/delivery.hpp"

namespace callboard::http::wire {

/// The wall clock in the resolution of all times.
timestamp wall_clock();

/// The Centrifuge client protocol, JSON form, version 2 (protocol.md, section 1), both halves.
///
/// Out: each call makes one WebSocket text frame of JSON objects separated by newlines.
/// In: what is not JSON, not an object or without an id is a violation; a field of another type, a method that is not
/// known and the like refuse their command alone. Unknown fields are ignored; `null` is the same as absent.
class centrifuge_json final : public codec, public command_decoder {
public:
  /// `store_epoch`: as clients recover against it. `version`: of the server, as `connect` tells it. `clock`: what a
  /// reminder's `in` counts from.
  centrifuge_json(std::string store_epoch, std::string version, std::function<timestamp()> clock = wall_clock)
      : epoch_{std::move(store_epoch)}, version_{std::move(version)}, clock_{std::move(clock)} {}

  shared_bytes encode_reply(std::uint32_t command, const reply& body) const override;
  shared_bytes encode_error(std::uint32_t command, const caf::error& error) const override;
  shared_bytes encode_events(room_id room, const room_event* first, const room_event* last) const override;
  shared_bytes encode_personal(user_id user, const std::vector<personal_event>& events) const override;
  shared_bytes encode_session_revoked(user_id user, std::string_view reason) const override;
  shared_bytes encode_presence_change(room_id room, const client_info& who, bool joined) const override;
  shared_bytes encode_unsubscribe(room_id room, std::uint32_t code, std::string_view reason) const override;
  std::size_t size_of(const room_event& event) const override;

  decoded_frame decode(std::string_view frame, std::size_t max_commands) const override;

private:
  std::string epoch_;
  std::string version_;
  std::function<timestamp()> clock_;
};

/// What an error reply says: REST's code, a colon, and the detail or what is wrong with each field; at most 512 bytes.
std::string message_of(const caf::error& error);

} // namespace callboard::http::wire
