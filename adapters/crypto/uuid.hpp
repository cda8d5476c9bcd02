#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace callboard::crypto {

/// A UUID of version 7 in its lower-case text form of 36 characters (RFC 9562 section 5.7), from the system's clock.
/// Those made by one thread sort by text in the order they were made, even if the clock stands still or goes back
/// (a 12-bit counter in `rand_a`, RFC 9562 section 6.2 method 1). 62 bits are random: an id, not a secret.
std::string make_uuid();

/// As `make_uuid()`, at a given time.
std::string make_uuid(std::chrono::sys_time<std::chrono::milliseconds> now);

/// Whether `text` is a UUID in the lower-case form that `make_uuid` writes, of any version.
bool is_uuid(std::string_view text);

} // namespace callboard::crypto
