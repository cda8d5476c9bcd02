#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bin/callboard/settings.hpp"

namespace callboard {

/// How the server shows itself to others: where it listens, and whether the way to it is encrypted.

/// Whether the address to listen on can be reached from this machine alone. What is no address counts as public.
bool listens_on_loopback(const settings& options);

bool speaks_tls(const settings& options);

/// The server's URL by the address that it listens on, with the port that it got.
std::string local_address(const settings& options, std::uint16_t port);

/// What may not be, a line each; without a look at files. Part of what `read_settings` says.
std::string refuse_exposure(const settings& options);

/// What the certificate and its key have against being used, and what may be but should not: sentences for an operator.
struct exposure_report {
  std::string error; // empty: the server may start
  std::vector<std::string> warnings;
};
exposure_report check_exposure(const settings& options);

/// The warnings alone that need no look at files.
std::vector<std::string> exposure_warnings(const settings& options);

} // namespace callboard
