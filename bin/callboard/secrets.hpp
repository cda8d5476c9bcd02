#pragma once

#include <string>

#include <caf/expected.hpp>

#include "bin/callboard/settings.hpp"

namespace callboard {

/// What is derived from the installation's secret; each purpose has its own.
struct secrets {
  secret_text wrap;    // signing keys in the store
  secret_text refresh; // successors of refresh tokens
  secret_text pepper;  // of password hashes
  secret_text device;  // device tokens
};

/// From `CALLBOARD_SECRET`, or from `<data-dir>/secret`, which is made with mode 0600 if missing. The error is one
/// sentence.
caf::expected<secrets> load_secrets(const settings& options);

} // namespace callboard
