#include "adapters/jwt/verify_error.hpp"

namespace callboard::jwt {

std::string_view to_string(verify_error error) {
  switch (error) {
  case verify_error::too_large:
    return "too_large";
  case verify_error::malformed:
    return "malformed";
  case verify_error::bad_header:
    return "bad_header";
  case verify_error::unsupported_header:
    return "unsupported_header";
  case verify_error::unknown_key:
    return "unknown_key";
  case verify_error::algorithm_mismatch:
    return "algorithm_mismatch";
  case verify_error::bad_signature:
    return "bad_signature";
  case verify_error::wrong_type:
    return "wrong_type";
  case verify_error::bad_claims:
    return "bad_claims";
  case verify_error::wrong_issuer:
    return "wrong_issuer";
  case verify_error::wrong_audience:
    return "wrong_audience";
  case verify_error::not_yet_valid:
    return "not_yet_valid";
  case verify_error::expired:
    return "expired";
  }
  return "";
}

} // namespace callboard::jwt
