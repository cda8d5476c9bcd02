#include <iostream>

#include "adapters/kafka/cloud_event.hpp"
#include "bin/callboard/admin_tools.hpp"
#include "bin/callboard/commands.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

constexpr std::uint32_t most_listed = 10'000;

} // namespace

int list_dead(const settings& options) {
  return with_store(options, [](sql::store_session& store) {
    auto found = store.ask(list_dead_events{most_listed});
    if (!found)
      return fail(explain(found.error()));
    for (auto& dead : *found)
      std::cout << to_string(dead.event.id) << "\t" << dead.event.type << "\t" << dead.event.key << "\t"
                << kafka::print_time(dead.event.created_at) << "\t" << kafka::print_time(dead.died_at) << "\t"
                << dead.reason << "\n";
    if (found->size() == most_listed)
      std::cerr << "callboard: only the first " << most_listed << " are listed\n";
    return 0;
  });
}

int replay_dead(const settings& options, const std::vector<std::string>& ids) {
  replay_dead_events operation;
  for (auto& text : ids) {
    auto id = parse_uuid(text);
    if (!id)
      return fail("'" + text + "' is not the id of an event", exit_usage);
    operation.ids.push_back(*id);
  }
  return with_store(options, [&](sql::store_session& store) {
    auto replayed = store.execute(operation);
    if (!replayed)
      return fail(explain(replayed.error()));
    std::cout << "replayed " << *replayed << (*replayed == 1 ? " event\n" : " events\n");
    if (!ids.empty() && *replayed < ids.size())
      return fail(std::to_string(ids.size() - *replayed) + " of them are not among the dead events");
    return 0;
  });
}

} // namespace callboard
