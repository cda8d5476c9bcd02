#include "actors/core/one_time_token.hpp"

namespace callboard::core {

std::chrono::seconds life_of(token_purpose purpose, const one_time_rules& rules) {
  return purpose == token_purpose::reset_password ? rules.reset_life : rules.verification_life;
}

std::string link_of(std::string_view base, token_purpose purpose, std::string_view token) {
  while (base.ends_with('/'))
    base.remove_suffix(1);
  std::string link{base};
  link += purpose == token_purpose::reset_password ? "/#/reset/" : "/#/verify/";
  link += token;
  return link;
}

} // namespace callboard::core
