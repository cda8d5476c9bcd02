#include "actors/room.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "actors/core/permissions.hpp"
#include "actors/mailbox_depth.hpp"

namespace callboard {

room_state::room_state(room_self_actor::stateful_pointer<room_state> pointer) : self(pointer), appends({}) {}

room_state::~room_state() {
  in_flight.push_back(std::move(waiting));
  for (auto& batch : in_flight)
    for (auto& post : batch)
      post.refuse(open_answers::ended());
}

room_self_actor::behavior_type room_state::make_behavior(room_id number, fence fenced, room_config settings,
                                                         room_neighbours around) {
  id = number;
  guard = fenced;
  config = std::move(settings);
  neighbours = std::move(around);
  appends = deadline_watch<deadline_tick>{config.write_deadline};
  if (config.probe)
    config.probe->rooms.add(1);
  self->attach_functor([probe = config.probe] {
    if (probe)
      probe->rooms.add(-1);
  });
  self->set_down_handler([this](const caf::down_msg& message) {
    std::erase_if(watchers, [&](const room_mirror_actor& each) { return each.address() == message.source; });
  });
  load();
  self->delayed_send(self, config.idle, room_tick{});
  return {
      [this](const room_post& request) {
        ++handled;
        note_depth(self, config.probe, mailbox_kind::room);
        return post(request);
      },
      [this](const room_admit& request) -> caf::result<room_admission> {
        ++handled;
        if (auto reason = may_read(request.who))
          return reason;
        return room_admission{tail, role_of(request.who), room.kind};
      },
      [this](const room_describe& request) -> caf::result<room_view> {
        ++handled;
        if (auto reason = may_read(request.who))
          return reason;
        return view_for(request.who);
      },
      [this](const room_rename& request) {
        ++handled;
        return rename(request);
      },
      [this](const room_remove& request) {
        ++handled;
        return remove(request);
      },
      [this](room_invite& request) {
        ++handled;
        return invite(request);
      },
      [this](const room_expel& request) {
        ++handled;
        return expel(request);
      },
      [this](const room_mark_read& request) -> caf::result<std::uint32_t> {
        ++handled;
        if (auto reason = may_read(request.who))
          return reason;
        if (!members.contains(request.who.user))
          return make_failure(errc::forbidden, "only members have a read mark");
        auto promise = answers.owe<std::uint32_t>(self);
        self->request(neighbours.writer, config.write_deadline,
                      mark_read{guard, id, request.who.user, std::min(request.offset, tail)})
            .then([promise](std::uint32_t unread) mutable { promise.deliver(unread); },
                  [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
        return promise;
      },
      [this](const room_list_presence& request) {
        ++handled;
        return list_presence(request);
      },
      [this](room_refresh) {
        ++handled;
        tell_watchers({id, {}, true});
        read_missing();
      },
      [this](const room_announce& announcement) {
        ++handled;
        for (auto& watcher : watchers)
          self->send(watcher, announcement);
      },
      [this](const room_watch& request) -> caf::result<room_watched> {
        ++handled;
        if (auto reason = refusal())
          return reason;
        if (std::find(watchers.begin(), watchers.end(), request.mirror) == watchers.end()) {
          watchers.push_back(request.mirror);
          self->monitor(request.mirror);
        }
        return room_watched{tail, caf::actor_cast<caf::strong_actor_ptr>(self)};
      },
      [this](const room_unwatch& request) {
        ++handled;
        if (std::erase(watchers, request.mirror) > 0)
          self->demonitor(request.mirror.address());
      },
      [this](room_tick tick) {
        if (!tick.read_again)
          return check_idle();
        retrying = false;
        read_missing();
      },
      [this](deadline_tick) { appends.look(self); },
      [this](room_append) { append_waiting(); },
  };
}

caf::error room_state::refusal() const {
  // Once everybody has been answered it goes; the next request then finds what the store says by then.
  if (load_failure)
    self->send(neighbours.partition, room_idle{id, handled});
  return load_failure;
}

member_role room_state::role_of(const principal& who) const {
  auto i = members.find(who.user);
  return i == members.end() ? member_role::none : i->second.role;
}

caf::error room_state::may_read(const principal& who) const {
  if (auto reason = refusal())
    return reason;
  if (room.kind == room_kind::open || members.contains(who.user))
    return caf::none;
  return make_failure(errc::hidden);
}

caf::error room_state::may_post(const principal& who) const {
  if (auto reason = may_read(who))
    return reason;
  if (leaving.contains(who.user))
    return make_failure(errc::hidden);
  if (!core::may(who.role, permission::write_messages) ||
      (!room.guests_may_write && !core::may(who.role, permission::write_unasked)))
    return make_failure(errc::forbidden, "guests may not write here");
  return caf::none;
}

caf::error room_state::may_manage(const principal& who) const {
  if (auto reason = may_read(who))
    return reason;
  if (!core::may(who.role, permission::manage_rooms) || role_of(who) < member_role::admin)
    return make_failure(errc::forbidden, "only the room's owner or admins may do this");
  if (room.kind == room_kind::direct)
    return make_failure(errc::forbidden, "a direct room stays as it is");
  return caf::none;
}

room_view room_state::view_for(const principal& who) const {
  auto view = room;
  view.member_count = static_cast<std::uint32_t>(members.size());
  view.last_offset = tail;
  view.my_role = role_of(who);
  return view;
}

void room_state::load() {
  self->request(neighbours.store, config.store_deadline, load_room{id})
      .await(
          [this](room_record& record) {
            room = std::move(record.room);
            tail = room.last_offset;
            members.reserve(record.members.size());
            for (auto& each : record.members)
              members.emplace(each.user, membership{std::move(each.username), each.role, each.added_at});
            load_failure = caf::none;
          },
          // A room that is not there must look like one that the caller may not see.
          [this](caf::error& reason) {
            load_failure = code_of(reason) == errc::not_found ? make_failure(errc::hidden) : std::move(reason);
          });
}

void room_state::publish(std::vector<room_event> events) {
  if (events.empty())
    return;
  if (reading || events.front().offset != tail + 1) {
    // Somebody else's transaction stands between: read all of it from the store, in order.
    if (events.back().offset > tail)
      read_missing();
    return;
  }
  for (auto& event : events)
    apply(event);
  tell_watchers({id, std::move(events), false});
}

void room_state::apply(const room_event& event) {
  tail = event.offset;
  room.last_offset = tail;
  if (event.kind == event_kind::member_added)
    members.insert_or_assign(event.target, membership{event.target_name, member_role::member, event.created_at});
  else if (event.kind == event_kind::member_removed)
    drop(event.target);
  else if (event.kind == event_kind::room_renamed)
    room.name = event.text;
}

void room_state::drop(user_id user) {
  auto gone = members.extract(user);
  if (gone.empty() || gone.mapped().role != member_role::owner || members.empty())
    return;
  auto first = std::min_element(members.begin(), members.end(), [](const auto& left, const auto& right) {
    auto rank = [](const auto& each) {
      return std::tuple{-static_cast<int>(each.second.role), each.second.added_at, number_of(each.first)};
    };
    return rank(left) < rank(right);
  });
  first->second.role = member_role::owner;
}

void room_state::read_missing() {
  if (load_failure)
    return;
  reading = true;
  self->request(neighbours.store, config.store_deadline, read_events{id, tail, 0, 500})
      .await(
          [this](std::vector<room_event>& events) {
            reading = false;
            read_pause.reset();
            if (events.empty())
              return;
            publish(std::move(events));
            read_missing();
          },
          [this](caf::error&) {
            reading = false;
            read_missing_later();
          });
}

// Nobody may send for a long time, and those who sent last wait to see it.
void room_state::read_missing_later() {
  if (retrying)
    return;
  retrying = true;
  // The room's number spreads those that lost the store together.
  self->delayed_send(self, read_pause.next(static_cast<std::uint64_t>(number_of(id))), room_tick{true});
}

void room_state::tell_watchers(const room_batch& batch) {
  if (watchers.empty())
    return;
  auto message = caf::make_message(batch);
  for (auto& watcher : watchers)
    caf::anon_send(caf::actor_cast<caf::actor>(watcher), message);
}

void room_state::close() {
  load_failure = make_failure(errc::hidden, "the room was deleted");
  for (auto& watcher : watchers)
    self->send(watcher, room_gone{id});
  members.clear();
}

void room_state::check_idle() {
  auto quiet = handled == handled_at_last_tick && waiting.empty() && in_flight.empty();
  if (quiet && (watchers.empty() || load_failure))
    self->send(neighbours.partition, room_idle{id, handled});
  handled_at_last_tick = handled;
  self->delayed_send(self, config.idle, room_tick{});
}

room_self_actor::behavior_type room(room_self_actor::stateful_pointer<room_state> self, room_id id, fence guard,
                                    room_config config, room_neighbours neighbours) {
  return self->state.make_behavior(id, guard, std::move(config), std::move(neighbours));
}

} // namespace callboard
