#pragma once

#include <cstddef>
#include <vector>

#include "messages/writes.hpp"

namespace callboard::sql {

/// Which operations from `first` on append to rooms and may do so together, before what stands between them: up to the
/// first operation that reads or changes what they do, so that each still finds what those before it left.
std::vector<std::size_t> append_run(const std::vector<write_op>& operations, std::size_t first);

} // namespace callboard::sql
