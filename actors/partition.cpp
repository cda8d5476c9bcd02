#include "actors/partition.hpp"

#include <utility>

#include "actors/mailbox_depth.hpp"
#include "actors/passivating.hpp"

namespace callboard {
namespace {

template <class Routes>
struct passing;

template <class... Requests, class... Answers>
struct passing<route_list<routed<Requests, Answers>...>> {
  // Handlers that pass a request on to the actor that `find` names.
  template <class Find>
  static auto handlers(partition_state* state, Find find) {
    return std::make_tuple([state, find](Requests& request) -> caf::result<Answers> {
      if (auto reason = state->not_owned())
        return reason;
      auto& [target, passed] = find(request);
      ++passed;
      note_depth(state->self, state->config.room.probe, mailbox_kind::partition);
      return state->self->delegate(target, std::move(request));
    }...);
  }
};

void note_owner(const std::shared_ptr<node_probe>& probe, partition_id id, epoch_number epoch) {
  if (!probe || number_of(id) >= most_told_partitions)
    return;
  auto& told = probe->epochs[number_of(id)];
  auto was = told.value(), is = static_cast<std::int64_t>(number_of(epoch));
  told.set(is);
  probe->partitions.add((is != 0) - (was != 0));
  if (is != 0)
    probe->partitions_taken.add();
}

} // namespace

partition_state::partition_state(partition_self_actor::stateful_pointer<partition_state> pointer) : self(pointer) {}

partition_self_actor::behavior_type partition_state::make_behavior(partition_id number, partition_config settings,
                                                                   partition_neighbours around) {
  id = number;
  config = std::move(settings);
  neighbours = std::move(around);
  self->set_down_handler([this](const caf::down_msg& message) { forget(message); });
  self->attach_functor([probe = config.room.probe, number] { note_owner(probe, number, epoch_number{}); });
  // Rooms and users go with their partition; the log writer, which goes later, still commits what they asked for.
  self->set_exit_handler([this](const caf::exit_msg& message) {
    for (auto& [room, each] : rooms)
      self->send_exit(each.room, message.reason);
    for (auto& [user, each] : users)
      self->send_exit(each.user, message.reason);
    for (auto& [reminder, each] : firing)
      self->send_exit(each, message.reason);
    owned = false;
    stopping = message.reason;
    // The relay ends after what it has under way, which the analytics may have to take; the partition after both.
    if (relay)
      self->send_exit(relay, message.reason);
    else
      quit_after_both();
  });
  auto to_rooms = passing<room_routes>::handlers(
      this, [this](const auto& request) -> room_entry& { return room_of(request.room); });
  auto to_users = passing<user_routes>::handlers(
      this, [this](const auto& request) -> user_entry& { return user_of(addressee(request)); });
  auto own_handlers =
      std::make_tuple([this](reminder_add& request) { return add(request); },
                      [this](const reminder_edit& request) { return edit(request); },
                      [this](const reminder_cancel& request) { return change(request, core::cancel); },
                      [this](const reminder_snooze& request) {
                        return change(request, [until = request.until](const reminder_record& record) {
                          return core::snooze(record, until);
                        });
                      },
                      [this](const reminder_done& request) { return change(request, core::finish); },
                      [this](const reminders_forget& request) {
                        for (auto reminder : request.reminders) {
                          due.remove(reminder);
                          soon.erase(reminder);
                        }
                      },
                      [this](const partition_own& order) { own(order.epoch); },
                      [this](const outbox_grew& news) {
                        if (relay)
                          self->send(relay, news);
                      },
                      [this](const room_idle& idle) {
                        if (let_go(self, rooms, idle.room, idle.handled, &room_entry::room) && config.room.probe)
                          config.room.probe->passivated.add();
                      },
                      [this](const user_idle& idle) {
                        if (let_go(self, users, idle.user, idle.handled, &user_entry::user) && config.room.probe)
                          config.room.probe->passivated.add();
                      },
                      [this](const reminder_settled& settled) {
                        firing.erase(settled.record.id);
                        // It was scheduled anew while it was being delivered.
                        if (auto i = soon.find(settled.record.id); i != soon.end())
                          due.schedule(i->first, i->second.next_at);
                        // Fired, perhaps, and the answer lost: the store knows.
                        if (core::is_pending(settled.record))
                          look_again(settled.record);
                        arm();
                      },
                      [this](partition_tick tick) {
                        if (tick.generation == armed)
                          wake_due();
                      },
                      [this](reload_tick) {
                        if (self->clock().now() >= reload_at) // or another look was taken meanwhile
                          load_due();
                      });
  return std::apply([](auto&&... each) { return partition_self_actor::behavior_type{std::move(each)...}; },
                    std::tuple_cat(std::move(to_rooms), std::move(to_users), std::move(own_handlers)));
}

void partition_state::own(epoch_number epoch) {
  guard = {id, epoch};
  owned = true;
  note_owner(config.room.probe, id, epoch);
  start_relay();
  start_analytics();
  load_due();
}

void partition_state::start_relay() {
  outbox_relay_neighbours around{neighbours.bookkeeper, neighbours.store, neighbours.event_log, neighbours.broker};
  relay = self->spawn<caf::monitored>(outbox_relay, guard, config.relay, around);
}

void partition_state::start_analytics() {
  if (!neighbours.source)
    return;
  analytics_neighbours around{neighbours.bookkeeper, neighbours.store, neighbours.source};
  counting = self->spawn<caf::monitored>(analytics, guard, config.analytics, around);
}

void partition_state::quit_after_both() {
  if (counting)
    self->send_exit(counting, *stopping);
  else
    self->quit(*stopping);
}

caf::error partition_state::not_owned() const {
  return owned ? caf::error{} : make_failure(errc::moved, "this node does not serve this partition");
}

partition_state::room_entry& partition_state::room_of(room_id number) {
  auto& each = rooms[number];
  if (!each.room) {
    each.room = self->spawn<caf::monitored>(room, number, guard, config.room,
                                            room_neighbours{neighbours.writer, neighbours.store, self});
    each.passed = 0;
  }
  return each;
}

partition_state::user_entry& partition_state::user_of(user_id number) {
  auto& each = users[number];
  if (!each.user) {
    each.user = self->spawn<caf::monitored>(user, number, guard, config.user,
                                            user_neighbours{neighbours.writer, neighbours.store, self});
    each.passed = 0;
  }
  return each;
}

void partition_state::forget(const caf::down_msg& message) {
  auto& who = message.source;
  std::erase_if(rooms, [&](const auto& each) { return each.second.room.address() == who; });
  std::erase_if(users, [&](const auto& each) { return each.second.user.address() == who; });
  if (std::erase_if(firing, [&](const auto& each) { return each.second.address() == who; }) > 0 && !stopping)
    load_due(); // it failed in the middle: the store knows how far it came
  // Both end in good order when another node owns this partition.
  if (relay && relay.address() == who) {
    relay = nullptr;
    if (stopping)
      quit_after_both();
    else if (message.reason)
      start_relay();
  } else if (counting && counting.address() == who) {
    counting = nullptr;
    if (stopping && !relay)
      self->quit(*stopping);
    else if (!stopping && message.reason)
      start_analytics();
  }
}

partition_self_actor::behavior_type partition(partition_self_actor::stateful_pointer<partition_state> self,
                                              partition_id id, partition_config config,
                                              partition_neighbours neighbours) {
  return self->state.make_behavior(id, std::move(config), std::move(neighbours));
}

} // namespace callboard
