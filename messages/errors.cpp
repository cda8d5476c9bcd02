#include "messages/messages.hpp"

#include <caf/sec.hpp>

namespace callboard {

std::string to_string(errc code) {
  return std::string{entry_of(code).name};
}

caf::error make_failure(errc code, std::string detail, std::vector<field_error> fields) {
  return caf::make_error(code, error_context{std::move(detail), std::move(fields)});
}

errc code_of(const caf::error& error) {
  if (!error)
    return errc::none;
  if (error.category() == caf::atom("callboard")) {
    auto code = error.code();
    return code < static_cast<std::uint8_t>(errc::count_) ? static_cast<errc>(code) : errc::internal;
  }
  if (error == caf::sec::request_timeout)
    return errc::timeout;
  if (error == caf::sec::request_receiver_down)
    return errc::unavailable;
  return errc::internal;
}

error_context context_of(const caf::error& error) {
  if (error && error.context().match_elements<error_context>())
    return error.context().get_as<error_context>(0);
  return {};
}

} // namespace callboard
