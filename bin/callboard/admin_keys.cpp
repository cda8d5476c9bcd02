#include <iostream>

#include "actors/core/key_schedule.hpp"
#include "adapters/kafka/cloud_event.hpp"
#include "bin/callboard/admin_tools.hpp"
#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/signing_keys.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

// Refused ones are left to the next who looks.
void remove_ended(sql::store_session& store, const std::vector<scheduled_key>& keys, timestamp now) {
  for (auto& id : core::ended_keys(keys, now))
    store.execute(retire_signing_key{id, "key " + id + ": its last token has ended", now});
}

std::string end_of(const scheduled_key& key) {
  return key.verifies_until == timestamp::max() ? "-" : kafka::print_time(key.verifies_until);
}

int rotate(const settings& options, std::chrono::milliseconds overlap, sql::store_session& store) {
  auto known = load_secrets(options);
  if (!known)
    return fail(explain(known.error()), exit_data_directory);
  // Also so that no key is added under a secret with which the servers could not open it.
  auto keys = load_keys(store, options, *known);
  if (!keys)
    return fail(explain(keys.error()), exit_data_directory);
  auto now = wall_clock();
  if (auto objection = core::objection_to_rotation(keys->schedule, now))
    return fail(*objection);
  auto made = make_signing_key(options, *known);
  if (!made)
    return fail(explain(made.error()));
  for (auto& each : keys->schedule)
    if (each.key.id == made->id)
      return fail("the secret is that of the key " + made->id + " already: configure another one");
  remove_ended(store, keys->schedule, now);
  add_signing_key adding;
  adding.key = *made;
  adding.key.signs_from = now + overlap;
  adding.after = keys->schedule.back().key.id;
  adding.now = now;
  adding.detail = "key " + made->id + " (" + made->algorithm + ") signs from " +
                  kafka::print_time(adding.key.signs_from) + ", after key " + adding.after +
                  "; by callboard admin keys rotate";
  auto added = store.execute(adding);
  if (!added)
    return fail(explain(added.error()));
  std::cout << "added key " << made->id << " (" << made->algorithm << "), which signs from "
            << kafka::print_time(adding.key.signs_from) << "\n";
  return 0;
}

} // namespace

int rotate_keys(const settings& options, std::int64_t overlap_milliseconds) {
  return with_store(options, [&](sql::store_session& store) {
    return rotate(options, std::chrono::milliseconds{overlap_milliseconds}, store);
  });
}

int list_keys(const settings& options) {
  return with_store(options, [](sql::store_session& store) {
    auto stored = store.ask(list_signing_keys{});
    if (!stored)
      return fail(explain(stored.error()));
    auto keys = core::schedule_keys(*stored);
    auto states = core::states_of(keys, wall_clock());
    for (std::size_t i = 0; i < keys.size(); ++i)
      std::cout << keys[i].key.id << "\t" << keys[i].key.algorithm << "\t" << core::to_string(states[i]) << "\t"
                << kafka::print_time(keys[i].key.signs_from) << "\t" << end_of(keys[i]) << "\n";
    return 0;
  });
}

int retire_key(const settings& options, const std::string& id) {
  return with_store(options, [&](sql::store_session& store) {
    auto stored = store.ask(list_signing_keys{});
    if (!stored)
      return fail(explain(stored.error()));
    auto now = wall_clock();
    if (auto objection = core::objection_to_retiring(core::schedule_keys(*stored), id, now))
      return fail(*objection);
    auto retired = store.execute(retire_signing_key{id, "key " + id + ", by callboard admin keys retire", now});
    if (!retired)
      return fail(explain(retired.error()));
    std::cout << "retired key " << id << "\n";
    return 0;
  });
}

} // namespace callboard
