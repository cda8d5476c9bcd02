#pragma once

#include "adapters/http/response.hpp"
#include "messages/values.hpp"

namespace callboard::http::rest {

/// A room as the body.
response answer_room(unsigned status, const room_view& room);

} // namespace callboard::http::rest
