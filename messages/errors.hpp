#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>

namespace callboard {

/// Everything that can be refused, by the code that REST's problem documents carry.
enum class errc : std::uint8_t {
  none = 0,
  bad_request,         // not understood: malformed JSON, wrong types
  validation_failed,   // understood, but a field breaks a rule; `errors[]` says which
  unauthorized,        // no, or no valid, access token
  invalid_credentials, // log-in refused; the reason is never said
  invalid_refresh_token,
  refresh_token_reused,
  invalid_token,        // of a mail: unknown, expired, used, or made for something else
  forbidden,            // known caller, not allowed
  not_found,            // absent, or not to be seen by the caller
  conflict,             // somebody else has it, or changed it meanwhile
  unknown_members,      // a room's members name somebody who does not exist
  idempotency_mismatch, // an Idempotency-Key came back with another body
  limit_exceeded,       // a bound of count or size is reached
  too_many_requests,    // a rate is exceeded, or the account is locked
  overloaded,           // a queue is full: come back later
  unavailable,          // the store or another dependency does not answer
  storage_full,         // the disk is full
  moved,                // this node no longer owns the partition
  timeout,              // an answer did not come within the deadline
  internal,
  hidden, // not the caller's to see, or absent where that must look the same: outside it is not_found, in every byte
  unknown_method,
  already_subscribed,
  not_available, // known, but not offered here
  token_expired,
  not_acceptable_type, // a body of another media type
  payload_too_large,
  method_not_allowed,
  last_admin, // nobody would be left to administer
  count_      // number of codes, not a code
};

/// What each code means to the outside.
struct error_entry {
  errc code;
  std::string_view name;  // `code` of a problem document
  std::string_view title; // its `title`
  std::uint16_t http_status;
  std::uint16_t websocket_code; // code of a Centrifuge error reply
  bool temporary;               // the same request may succeed later
};

inline constexpr std::array<error_entry, static_cast<std::size_t>(errc::count_)> error_table{{
    {errc::none, "none", "No error", 200, 0, false},
    {errc::bad_request, "bad_request", "The request is not understood", 400, 107, false},
    {errc::validation_failed, "validation_failed", "A field breaks a rule", 422, 107, false},
    {errc::unauthorized, "unauthorized", "Authentication is required", 401, 101, false},
    {errc::invalid_credentials, "invalid_credentials", "The credentials are not valid", 401, 101, false},
    {errc::invalid_refresh_token, "invalid_refresh_token", "The refresh token is not valid", 401, 101, false},
    {errc::refresh_token_reused, "refresh_token_reused", "The refresh token was used before", 401, 101, false},
    {errc::invalid_token, "invalid_token", "The link is not valid, or no longer", 422, 107, false},
    {errc::forbidden, "forbidden", "This is not allowed", 403, 103, false},
    {errc::not_found, "not_found", "There is no such thing", 404, 102, false},
    {errc::conflict, "conflict", "It conflicts with what is there", 409, 107, false},
    {errc::unknown_members, "unknown_members", "Some members do not exist", 422, 107, false},
    {errc::idempotency_mismatch, "idempotency_mismatch", "The key was used with another request", 422, 107, false},
    {errc::limit_exceeded, "limit_exceeded", "A limit is reached", 409, 106, false},
    {errc::too_many_requests, "too_many_requests", "Too many requests", 429, 111, true},
    {errc::overloaded, "overloaded", "The server is busy", 503, 111, true},
    {errc::unavailable, "unavailable", "A dependency does not answer", 503, 100, true},
    {errc::storage_full, "storage_full", "The storage is full", 507, 100, true},
    {errc::moved, "moved", "Another node serves this now", 503, 100, true},
    {errc::timeout, "timeout", "No answer in time", 503, 100, true},
    {errc::internal, "internal", "An internal error", 500, 100, true},
    {errc::hidden, "not_found", "There is no such thing", 404, 103, false},
    {errc::unknown_method, "unknown_method", "There is no such method", 404, 104, false},
    {errc::already_subscribed, "already_subscribed", "Already subscribed", 409, 105, false},
    {errc::not_available, "not_available", "This is not offered here", 404, 108, false},
    {errc::token_expired, "unauthorized", "The access token has expired", 401, 109, false},
    {errc::not_acceptable_type, "unsupported_media_type", "The body must be application/json", 415, 107, false},
    {errc::payload_too_large, "payload_too_large", "The body is too large", 413, 107, false},
    {errc::method_not_allowed, "method_not_allowed", "This method is not offered here", 405, 104, false},
    {errc::last_admin, "last_admin", "The last administrator stays", 409, 107, false},
}};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < error_table.size(); ++i)
    if (static_cast<std::size_t>(error_table[i].code) != i || error_table[i].name.empty())
      return false;
  return true;
}
static_assert(table_is_in_order(), "error_table must list every errc, in order");

constexpr const error_entry& entry_of(errc code) {
  return error_table[static_cast<std::size_t>(code)];
}

/// One bad field: a JSON pointer (RFC 6901) into the request body, a code, a sentence.
struct field_error {
  std::string pointer;
  std::string code;
  std::string detail;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, field_error& x) {
  return f(caf::meta::type_name("field_error"), x.pointer, x.code, x.detail);
}

/// What an error carries beyond its code; travels as the context of a `caf::error`.
struct error_context {
  std::string detail;
  std::vector<field_error> fields;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, error_context& x) {
  return f(caf::meta::type_name("error_context"), x.detail, x.fields);
}

std::string to_string(errc code);

/// Builds the error that actors answer with.
caf::error make_failure(errc code, std::string detail = {}, std::vector<field_error> fields = {});

/// The code of any error: CAF's own (a receiver that is down, a deadline) become `unavailable`, `timeout`, `internal`.
errc code_of(const caf::error& error);

/// The context of an error made by `make_failure`; empty for CAF's own.
error_context context_of(const caf::error& error);

} // namespace callboard

CAF_ERROR_CODE_ENUM(callboard::errc, "callboard")
