#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messages/values.hpp"

namespace callboard::smtp {

/// A mail as it goes over the wire: RFC 5322 header fields and a base64 body of UTF-8 text (RFC 2045), lines ended by
/// CRLF. Its Message-ID follows from its content, so that a repeated attempt after a lost answer is the same mail.
/// Nothing if an address would break out of its field.
std::optional<std::string> write_letter(const mail_message& mail, std::string_view from);

/// Whether the text is one address that may stand in a command and a field: `local@host`, printable ASCII.
bool is_address(std::string_view text);

} // namespace callboard::smtp
