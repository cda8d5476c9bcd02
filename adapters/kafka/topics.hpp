#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include <caf/expected.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "adapters/kafka/options.hpp"

namespace callboard::kafka {

/// What is known of a topic.
struct topic_facts {
  unsigned partitions = 0;
  std::size_t max_bytes = 1'048'588; // of a record batch; the broker's default
};
using topic_table = std::map<std::string, topic_facts>;

/// Makes the topics of callboard and of its routes that are missing, and checks those that are there. Blocks for some
/// seconds at most.
/// Errors: `unavailable` (the broker does not answer, or refuses for now), `conflict` (a topic of callboard's has
/// another number of partitions; nobody may publish to it).
caf::expected<topic_table> ensure_topics(const options& settings, const std::atomic<bool>& stopping);

/// The same for an actor that must not block.
struct check_topics {};
using topic_keeper_actor = caf::typed_actor<caf::replies_to<check_topics>::with<topic_table>>;
topic_keeper_actor::behavior_type topic_keeper(topic_keeper_actor::pointer self, options settings,
                                               std::shared_ptr<const std::atomic<bool>> stopping);

} // namespace callboard::kafka

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::check_topics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::topic_table)
