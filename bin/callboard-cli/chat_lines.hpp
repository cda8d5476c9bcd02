#pragma once

#include "bin/callboard-cli/colours.hpp"
#include "bin/callboard-cli/json.hpp"
#include "bin/callboard-cli/texts.hpp"

#include <optional>
#include <string>

namespace callboard::cli {

/// The line that shows an event of a room (`[13:45] user1: text`, in local time), or nothing for events that are not
/// shown, such as read marks. Everything in it that others wrote is neutralised.
std::optional<std::string> chat_line(const json::value& event, const texts& say, const colours& paint);

/// The line that shows an event of the user's own channel: a reminder that fired.
std::optional<std::string> personal_line(const json::value& event, const texts& say, const colours& paint);

} // namespace callboard::cli
