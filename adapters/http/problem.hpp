#pragma once

#include <string_view>

#include <caf/error.hpp>

#include "adapters/http/response.hpp"
#include "messages/errors.hpp"

namespace callboard::http {

/// RFC 9457: an error as `application/problem+json` with type, title, status, detail, code, request_id and, if fields
/// are to blame, errors[{pointer, code, detail}]. 429 and 503 carry Retry-After, 401 WWW-Authenticate. Details of
/// internal errors stay inside.
response problem(const caf::error& error, std::string_view request_id);

/// The same from a code.
response problem(errc code, std::string_view detail, std::string_view request_id);

/// For what the table of errors does not know (431, 408, 501, ...).
response plain_problem(unsigned status, std::string_view code, std::string_view title, std::string_view request_id);

} // namespace callboard::http
