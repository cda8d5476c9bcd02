#include "actors/user.hpp"

#include <algorithm>
#include <utility>

#include "actors/mailbox_depth.hpp"
#include "actors/spans.hpp"
#include "messages/unknown_members.hpp"

namespace callboard {

user_state::user_state(user_self_actor::stateful_pointer<user_state> pointer) : self(pointer) {}

user_self_actor::behavior_type user_state::make_behavior(user_id number, fence fenced, user_config settings,
                                                         user_neighbours around) {
  id = number;
  guard = fenced;
  config = std::move(settings);
  neighbours = std::move(around);
  if (config.probe)
    config.probe->users.add(1);
  self->attach_functor([probe = config.probe] {
    if (probe)
      probe->users.add(-1);
  });
  self->set_down_handler([this](const caf::down_msg& message) {
    std::erase_if(connections, [&](const attachment& each) { return each.connection.address() == message.source; });
  });
  self->delayed_send(self, config.idle, user_tick{});
  return {
      [this](const user_attach& request) {
        ++handled;
        return attach(request);
      },
      [this](const user_detach& request) {
        ++handled;
        if (std::erase_if(connections, [&](const auto& each) { return each.connection == request.connection; }) > 0)
          self->demonitor(request.connection.address());
      },
      [this](user_append& request) {
        ++handled;
        note_depth(self, config.probe, mailbox_kind::user);
        return append(request);
      },
      [this](const user_deliver& request) {
        ++handled;
        return deliver(request.event);
      },
      [this](const user_end_sessions& request) {
        ++handled;
        for (auto& each : connections) {
          bool listed =
              std::find(request.sessions.begin(), request.sessions.end(), each.session) != request.sessions.end();
          if (listed != request.all)
            self->send(each.connection, session_ended{request.reason});
        }
      },
      [this](user_create_room& request) {
        ++handled;
        return make_room(request);
      },
      [this](user_tick) { check_idle(); },
  };
}

caf::result<user_attached> user_state::attach(const user_attach& request) {
  if (config.max_connections > 0 && connections.size() >= config.max_connections)
    return make_failure(errc::limit_exceeded, "too many connections of this user");
  connections.push_back({request.connection, request.session});
  self->monitor(request.connection);
  auto promise = answers.owe<user_attached>(self);
  ++busy;
  // Read after the attachment: whatever comes later, of the stream or to the session, the connection is told of.
  self->request(neighbours.store, config.store_deadline, get_attachment{request.session, request.now})
      .then(
          [this, promise](attachment_record& found) mutable {
            --busy;
            promise.deliver(user_attached{std::move(found), caf::actor_cast<caf::strong_actor_ptr>(self)});
          },
          [this, promise, connection = request.connection](caf::error& reason) mutable {
            --busy;
            std::erase_if(connections, [&](const attachment& each) { return each.connection == connection; });
            promise.deliver(std::move(reason));
          });
  return promise;
}

caf::result<appended> user_state::append(user_append& request) {
  auto promise = answers.owe<appended>(self);
  ++busy;
  self->request(neighbours.writer, config.write_deadline, append_personal{guard, id, request.event})
      .then(
          [this, promise, event = request.event](const appended& result) mutable {
            --busy;
            // A repetition too: the answer to the first may have been lost, and connections drop what they have.
            event.offset = result.offset;
            event.created_at = result.created_at;
            deliver(event);
            promise.deliver(result);
          },
          [this, promise](caf::error& reason) mutable {
            --busy;
            promise.deliver(std::move(reason));
          });
  return promise;
}

std::uint32_t user_state::deliver(const personal_event& event) {
  for (auto& each : connections)
    self->send(each.connection, personal_batch{{event}});
  return static_cast<std::uint32_t>(connections.size());
}

caf::result<room_view> user_state::make_room(user_create_room& request) {
  auto& form = request.form;
  core::validation check;
  check.check_text("/name", form.name, 1, config.limits.room_name_length);
  if (form.kind == room_kind::direct && form.members.size() != 1)
    check.refuse("/members", "direct_needs_one", "a direct room has exactly one other member");
  if (form.members.size() >= config.limits.members_per_room)
    check.refuse("/members", "too_many",
                 "a room has at most " + std::to_string(config.limits.members_per_room) + " members");
  if (!check.ok())
    return check.failure();
  auto promise = answers.owe<room_view>(self);
  auto span = begin_span(config.tracing, request.trace, span_kind::internal, "user create room");
  if (form.members.empty()) {
    write_room(request, {}, promise, std::move(span));
    return promise;
  }
  ++busy;
  self->request(neighbours.store, config.store_deadline, resolve_names{form.members})
      .then(
          [this, request = std::move(request), promise, span](const std::vector<member>& found) {
            --busy;
            write_room(request, found, promise, span);
          },
          [this, promise, span](caf::error& reason) mutable {
            --busy;
            end_failed(span, reason);
            promise.deliver(std::move(reason));
          });
  return promise;
}

void user_state::write_room(const user_create_room& request, const std::vector<member>& found,
                            open_answers::owed<room_view> promise, live_span span) {
  if (auto unknown = unknown_members_error(request.form.members, found)) {
    promise.deliver(std::move(unknown));
    return;
  }
  std::vector<member> members;
  for (auto& one : found) {
    if (one.user == id ||
        std::any_of(members.begin(), members.end(), [&](const member& each) { return each.user == one.user; }))
      continue;
    members.push_back(one);
    members.back().role = member_role::member;
  }
  if (request.form.kind == room_kind::direct && members.size() != 1) {
    promise.deliver(
        make_failure(errc::validation_failed, {}, {{"/members/0", "self", "a direct room is with somebody else"}}));
    return;
  }
  create_room operation;
  operation.guard = guard;
  operation.creator = id;
  operation.creator_name = request.who.username;
  operation.name = request.form.name;
  operation.kind = request.form.kind;
  operation.guests_may_write = request.form.guests_may_write;
  operation.members = std::move(members);
  operation.max_rooms_per_user = config.limits.rooms_per_user;
  operation.idempotency = request.idempotency;
  operation.trace = span.context();
  ++busy;
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, promise, span](room_view& made) mutable {
            --busy;
            span.end();
            promise.deliver(std::move(made));
          },
          [this, promise, span](caf::error& reason) mutable {
            --busy;
            end_failed(span, reason);
            promise.deliver(std::move(reason));
          });
}

void user_state::check_idle() {
  if (connections.empty() && busy == 0 && handled == handled_at_last_tick)
    self->send(neighbours.partition, user_idle{id, handled});
  handled_at_last_tick = handled;
  self->delayed_send(self, config.idle, user_tick{});
}

user_self_actor::behavior_type user(user_self_actor::stateful_pointer<user_state> self, user_id id, fence guard,
                                    user_config config, user_neighbours neighbours) {
  return self->state.make_behavior(id, guard, std::move(config), std::move(neighbours));
}

} // namespace callboard
