#include <algorithm>
#include <utility>

#include "actors/core/permissions.hpp"

#include "actors/room.hpp"
#include "actors/spans.hpp"

// What a room is asked for, and what it has the log writer do about it.

namespace callboard {

void room_state::waiting_post::answer(const appended& result) {
  span.end();
  place.reset();
  promise.deliver(result);
}

void room_state::waiting_post::refuse(caf::error reason) {
  end_failed(span, reason);
  place.reset();
  promise.deliver(std::move(reason));
}

caf::result<appended> room_state::post(const room_post& request) {
  if (auto reason = may_post(request.who))
    return reason;
  core::validation check;
  check.check_text("/text", request.text, 1, config.limits.message_length);
  check.check_key("/key", request.key, config.limits.client_key_bytes);
  if (request.reply_to > tail)
    check.refuse("/reply_to", "unknown_offset", "there is no such message in this room");
  if (!check.ok())
    return check.failure();
  if (waiting.size() >= config.max_waiting)
    return make_failure(errc::overloaded, "too many messages are waiting in this room");
  room_event event;
  event.kind = event_kind::message;
  event.actor = request.who.user;
  event.actor_name = request.who.username;
  event.text = request.text;
  event.key = request.key;
  event.reply_to = request.reply_to;
  if (!request.as.empty() && core::to_lower(request.as) != request.who.username) {
    if (!core::may(request.who.role, permission::speak_for_others) || !members.contains(request.who.user))
      return make_failure(errc::forbidden, "only an admin may speak for another member");
    auto named = std::find_if(members.begin(), members.end(),
                              [&](const auto& each) { return each.second.username == core::to_lower(request.as); });
    if (named == members.end()) {
      check.refuse("/as", "unknown_user", "is not a member of this room");
      return check.failure();
    }
    event.actor = named->first;
    event.actor_name = named->second.username;
    event.sent_by = request.who.username;
  }
  auto promise = self->make_response_promise<appended>();
  auto span = begin_span(config.tracing, request.trace, span_kind::internal, "room post");
  span.set("callboard.room", number_of(id));
  waiting.push_back({std::move(event), promise, std::move(span), request.place});
  // The first of several that come at once does not go alone: that would be a commit more.
  if (!in_flight.empty())
    append_waiting();
  else if (waiting.size() == 1)
    self->send(self, room_append{});
  return promise;
}

void room_state::append_waiting() {
  if (waiting.empty() || in_flight.size() >= config.appends_in_flight)
    return;
  if (!in_flight.empty() && waiting.size() < config.second_append)
    return;
  auto batch = in_flight.emplace(in_flight.end());
  batch->swap(waiting);
  append_events operation;
  operation.guard = guard;
  operation.room = id;
  operation.events.reserve(batch->size());
  for (auto& post : *batch) {
    if (!post.span.context().empty())
      operation.traces.push_back({operation.events.size(), post.span.context()});
    operation.events.push_back(post.event);
  }
  appends.ask<std::vector<appended>>(
      self, neighbours.writer, std::move(operation),
      [this, batch](std::vector<appended>& results) {
        std::vector<room_event> committed;
        committed.reserve(results.size());
        // Who has been answered finds it among the figures.
        if (config.probe)
          config.probe->messages_committed.add(static_cast<std::size_t>(
              std::count_if(results.begin(), results.end(), [](const appended& each) { return !each.duplicate; })));
        for (std::size_t i = 0; i < batch->size() && i < results.size(); ++i) {
          auto& post = (*batch)[i];
          if (!results[i].duplicate) {
            post.event.offset = results[i].offset;
            post.event.created_at = results[i].created_at;
            committed.push_back(std::move(post.event));
          }
          post.answer(results[i]);
        }
        in_flight.erase(batch);
        publish(std::move(committed));
        append_waiting();
      },
      [this, batch](caf::error& reason) {
        for (auto& post : *batch)
          post.refuse(reason);
        in_flight.erase(batch);
        // Whether a lost commit took place is unknown: the log tells.
        read_missing();
        append_waiting();
      });
}

caf::result<room_view> room_state::rename(const room_rename& request) {
  if (auto reason = may_manage(request.who))
    return reason;
  core::validation check;
  check.check_text("/name", request.name, 1, config.limits.room_name_length);
  if (!check.ok())
    return check.failure();
  auto promise = answers.owe<room_view>(self);
  self->request(neighbours.writer, config.write_deadline,
                rename_room{guard, id, request.who.user, request.who.username, request.name, request.trace})
      .then(
          [this, promise, who = request.who](room_event& event) mutable {
            publish({std::move(event)});
            promise.deliver(view_for(who));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  return promise;
}

caf::result<done> room_state::remove(const room_remove& request) {
  if (auto reason = may_read(request.who))
    return reason;
  if (!core::may(request.who.role, permission::manage_rooms) || role_of(request.who) != member_role::owner)
    return make_failure(errc::forbidden, "only the room's owner may delete it");
  auto promise = answers.owe<done>(self);
  self->request(neighbours.writer, config.write_deadline, delete_room{guard, id, request.who.user, request.trace})
      .then(
          [this, promise](done) mutable {
            close();
            promise.deliver(done{});
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  return promise;
}

caf::result<room_view> room_state::invite(room_invite& request) {
  // A public room may be joined by anyone; otherwise its owner and admins add members.
  bool joins = room.kind == room_kind::open && request.members.size() == 1 &&
               request.members.front().user == request.who.user && core::may(request.who.role, permission::join_rooms);
  if (auto reason = joins ? may_read(request.who) : may_manage(request.who))
    return reason;
  std::erase_if(request.members,
                [this](const member& each) { return members.contains(each.user) || joining.contains(each.user); });
  if (request.members.empty())
    return view_for(request.who);
  if (members.size() + request.members.size() > config.limits.members_per_room)
    return make_failure(errc::limit_exceeded,
                        "a room has at most " + std::to_string(config.limits.members_per_room) + " members");
  std::vector<user_id> added;
  for (auto& each : request.members) {
    each.role = member_role::member;
    added.push_back(each.user);
    joining.insert(each.user);
  }
  auto settled = [this, added] {
    for (auto user : added)
      joining.erase(user);
  };
  auto promise = answers.owe<room_view>(self);
  self->request(neighbours.writer, config.write_deadline,
                add_members{guard, id, request.who.user, request.who.username, std::move(request.members),
                            config.limits.rooms_per_user, request.trace})
      .then(
          [this, promise, settled, who = request.who](std::vector<room_event>& events) mutable {
            publish(std::move(events));
            settled();
            promise.deliver(view_for(who));
          },
          [promise, settled](caf::error& reason) mutable {
            settled();
            promise.deliver(std::move(reason));
          });
  return promise;
}

caf::result<done> room_state::expel(const room_expel& request) {
  bool leaves = request.target == request.who.user;
  if (auto reason = leaves ? may_read(request.who) : may_manage(request.who))
    return reason;
  auto target = members.find(request.target);
  if (target == members.end() || leaving.contains(request.target))
    return make_failure(errc::not_found);
  if (room.kind == room_kind::direct)
    return make_failure(errc::forbidden, "a direct room stays as it is");
  if (target->second.role == member_role::owner)
    return make_failure(errc::conflict, "the owner stays: delete the room instead");
  leaving.insert(request.target);
  // What they sent and nobody wrote yet would come behind their removal.
  std::erase_if(waiting, [&](waiting_post& post) {
    if (post.event.actor != request.target)
      return false;
    post.refuse(make_failure(errc::hidden));
    return true;
  });
  auto promise = answers.owe<done>(self);
  self->request(neighbours.writer, config.write_deadline,
                remove_member{guard, id, request.who.user, request.who.username, request.target, request.trace})
      .then(
          [this, promise, user = request.target](room_event& event) mutable {
            publish({std::move(event)});
            leaving.erase(user);
            promise.deliver(done{});
          },
          [this, promise, user = request.target](caf::error& reason) mutable {
            leaving.erase(user);
            promise.deliver(std::move(reason));
          });
  return promise;
}

caf::result<std::vector<client_info>> room_state::list_presence(const room_list_presence& request) {
  if (auto reason = may_read(request.who))
    return reason;
  struct gathering {
    std::vector<client_info> clients;
    std::size_t missing = 0;
  };
  auto promise = answers.owe<std::vector<client_info>>(self);
  if (watchers.empty()) {
    promise.deliver(std::vector<client_info>{});
    return promise;
  }
  auto gathered = std::make_shared<gathering>();
  gathered->missing = watchers.size();
  auto finish = [gathered, promise]() mutable {
    if (--gathered->missing == 0)
      promise.deliver(std::move(gathered->clients));
  };
  for (auto& watcher : watchers)
    self->request(watcher, config.store_deadline, list_local_clients{id})
        .then(
            [gathered, finish](std::vector<client_info>& clients) mutable {
              gathered->clients.insert(gathered->clients.end(), clients.begin(), clients.end());
              finish();
            },
            [finish](caf::error&) mutable { finish(); }); // a node that is going has nobody present
  return promise;
}

} // namespace callboard
