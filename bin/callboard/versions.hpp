#pragma once

#include <string>

namespace callboard {

/// The commit that this program was built from, with "-dirty" if files were changed; "unknown" outside of git.
const char* built_commit();

/// What `callboard version` prints: version, commit, build, and every library with the version that is loaded now, or,
/// of those that do not tell it, was there when callboard was built.
std::string version_report();

} // namespace callboard
