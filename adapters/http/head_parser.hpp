#pragma once

#include <optional>
#include <string_view>

#include "adapters/http/request.hpp"

namespace callboard::http {

/// Parses a header block that `check_framing` has accepted. Nothing if the parser (Beast's) disagrees.
std::optional<request_head> parse_head(std::string_view block);

} // namespace callboard::http
