#pragma once

#include "adapters/kafka/topics.hpp"

namespace callboard::kafka {

/// The topics of callboard's that there are; makes none. Errors: as those of `ensure_topics`.
caf::expected<topic_table> inspect_topics(const options& settings);

} // namespace callboard::kafka
