#pragma once

#include <optional>
#include <string>

namespace callboard::tls {

/// How many whole days the first certificate of a file in PEM form is still valid, below 0 if it expired; nothing if
/// there is none.
std::optional<int> days_left(const std::string& certificate_file);

} // namespace callboard::tls
