#pragma once

#include <string>
#include <vector>

#include <caf/error.hpp>

#include "messages/values.hpp"

namespace callboard {

/// What a request is refused with that names members by `names`, of which `found` says who they are, in the same order
/// (user 0: nobody): `unknown_members`, with a field for each place that names nobody, 50 at most, and a detail that
/// lists each such name once. No error if all exist.
caf::error unknown_members_error(const std::vector<std::string>& names, const std::vector<member>& found);

} // namespace callboard
