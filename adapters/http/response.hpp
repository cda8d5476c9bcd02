#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "messages/errors.hpp"

namespace callboard::http {

/// An answer as a handler makes it. The edge adds length, date, request id, security and CORS headers, and leaves the
/// body out for HEAD, 204 and 304.
struct response {
  unsigned status = 200;
  std::string content_type; // empty: no body is announced
  std::string body;
  std::shared_ptr<const std::string> shared_body;           // instead of `body`: bytes held elsewhere, a file
  std::vector<std::pair<std::string, std::string>> headers; // names as they are to be written
  bool close = false;                                       // end the connection after this answer
  errc refusal = errc::none;                                // of a problem document: why, as it is known inside

  std::string_view content() const { return shared_body ? std::string_view{*shared_body} : std::string_view{body}; }
  /// Adds a header. A value with CR, LF or NUL is dropped: it would split the answer.
  response& with(std::string name, std::string value);
};

/// A JSON body.
response json_response(unsigned status, const boost::json::value& body);
/// 204.
response no_content();
/// Anything else, with its media type.
response text_response(unsigned status, std::string content_type, std::string body);

/// "OK", "Not Found", ... (RFC 9110, 15); "Unknown" for a number without a name.
std::string_view reason_phrase(unsigned status);

} // namespace callboard::http
