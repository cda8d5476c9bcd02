#pragma once

#include <string>

#include "adapters/smtp/mailer.hpp"

namespace callboard::smtp {

/// Connects, logs in if the URL has a user, and says good-bye; sends no mail. The answer is the reason why that failed,
/// or empty.
std::string greet(const mailer_config& config);

} // namespace callboard::smtp
