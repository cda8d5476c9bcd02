#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace callboard::cli {

/// One entry of `errors[]` in a problem (RFC 9457): what is wrong with which field of the request.
struct field_error {
  std::string pointer; ///< JSON pointer (RFC 6901) into the request's body
  std::string code;
  std::string detail;
};

/// An `application/problem+json` answer (RFC 9457). Texts are as the server sent them, not yet safe to print.
struct problem {
  unsigned status = 0;
  std::string code;
  std::string title;
  std::string detail;
  std::vector<field_error> errors;
};

/// Why something did not work, ready to be shown to the user.
struct failure {
  failure() = default;
  // Not an aggregate: a text alone must not turn into a failure where a result of a text is made.
  failure(std::string line, std::optional<problem> answer) : text(std::move(line)), refusal(std::move(answer)) {}

  std::string text;               ///< one safe line in the user's language; empty if it was shown already
  std::optional<problem> refusal; ///< set if the server answered and said no
};

/// A value, or why there is none.
template <class T>
using result = boost::system::result<T, failure>;

} // namespace callboard::cli
