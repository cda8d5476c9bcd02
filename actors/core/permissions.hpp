#pragma once

#include "messages/permissions.hpp"
#include "messages/values.hpp"

namespace callboard::core {

/// Whether a role has a permission. Everything that depends on a role asks here, the edge's routes too. A role or
/// permission that is none has nothing.
bool may(role who, permission what);

} // namespace callboard::core
