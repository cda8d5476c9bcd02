#pragma once

#include <string>

#include <simdjson.h>

#include "messages/commands.hpp"

namespace callboard::http::wire {

using command_body = decltype(command::body);

/// A command of the protocol by the name of its member (`subscribe`, ...) and what that holds. Knows every command of
/// the protocol, so `is_command` comes first.
command_body read_command(std::string_view name, simdjson::dom::element params, timestamp now);

/// Whether the protocol has a command of this name.
bool is_command(std::string_view name);

/// A method of `rpc` (the table of protocol.md 1.1) and its data, if any.
command_body read_rpc(std::string_view method, const simdjson::dom::element* data, timestamp now);

/// `room:<id>` or `user:<id>` with a positive number in plain digits; both parts 0 for any other name.
channel_name parse_channel(std::string_view name);

} // namespace callboard::http::wire
