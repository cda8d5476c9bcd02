#include "actors/key_watch.hpp"

#include <algorithm>
#include <utility>

#include "actors/core/key_schedule.hpp"

namespace callboard {

key_watch_state::key_watch_state(key_watch_actor::stateful_pointer<key_watch_state> pointer) : self(pointer) {}

key_watch_actor::behavior_type key_watch_state::make_behavior(key_watch_config settings, store_actor from,
                                                              log_writer_actor to, std::shared_ptr<key_holder> target,
                                                              std::vector<scheduled_key> begun_with) {
  config = std::move(settings);
  store = std::move(from);
  writer = std::move(to);
  holder = std::move(target);
  known = std::move(begun_with);
  self->send(self, key_tick{});
  return {[this](key_tick) { look(); }};
}

void key_watch_state::look() {
  auto again = [this] { self->delayed_send(self, config.interval, key_tick{}); };
  self->request(store, config.store_deadline, list_signing_keys{})
      .then(
          [this, again](const std::vector<signing_key_record>& stored) {
            adopt(stored);
            remove_ended();
            again();
          },
          [this, again](caf::error&) {
            fail("The signing keys of the store could not be read; those known so far are used.");
            again();
          });
}

// What cannot be used changes nothing: without a key, or with one that does not open, nobody could log in.
void key_watch_state::adopt(const std::vector<signing_key_record>& stored) {
  auto next = core::schedule_keys(stored);
  if (core::is_same_schedule(next, known)) {
    last_failure.clear();
    return;
  }
  if (next.empty())
    return fail("The store has no signing key; those known so far are used.");
  if (auto reason = holder->replace_keys(next))
    return fail("The signing keys of the store cannot be used, and those known so far are: " +
                context_of(reason).detail);
  known = std::move(next);
  last_failure.clear();
  if (config.report)
    config.report("The signing keys were changed in the store: there are " + std::to_string(known.size()) + " now.");
}

// Every node tries; whoever comes second finds nothing.
void key_watch_state::remove_ended() {
  auto now = config.wall_clock();
  for (auto& id : core::ended_keys(known, now))
    self->request(writer, config.store_deadline,
                  retire_signing_key{id, "key " + id + ": its last token has ended", now})
        .then([](done) {}, [](caf::error&) {}); // the next look tries again
}

void key_watch_state::fail(const std::string& sentence) {
  if (config.probe)
    config.probe->key_failures.add();
  if (std::exchange(last_failure, sentence) != sentence && config.report)
    config.report(sentence);
}

key_watch_actor::behavior_type key_watch(key_watch_actor::stateful_pointer<key_watch_state> self,
                                         key_watch_config config, store_actor store, log_writer_actor writer,
                                         std::shared_ptr<key_holder> holder, std::vector<scheduled_key> known) {
  return self->state.make_behavior(std::move(config), std::move(store), std::move(writer), std::move(holder),
                                   std::move(known));
}

} // namespace callboard
