#include <algorithm>
#include <set>
#include <utility>

#include "actors/core/permissions.hpp"

#include "actors/session.hpp"

// What a connected client asks for.

namespace callboard {
namespace {

caf::error unknown_channel() {
  return make_failure(errc::not_found);
}

/// Whether there is such a user is not asked: the answer is the same for all.
caf::error foreign_channel() {
  return make_failure(errc::forbidden, "this channel is somebody else's");
}

} // namespace

void session_state::subscribe(std::uint32_t id, subscribe_command& wanted) {
  auto [room, user] = wanted.channel;
  if (number_of(user) != 0) {
    if (user == who.user)
      return refuse(id, make_failure(errc::already_subscribed, "the personal channel is subscribed by the server"));
    return refuse(id, foreign_channel());
  }
  if (number_of(room) == 0)
    return refuse(id, unknown_channel());
  if (find(room) != nullptr)
    return refuse(id, make_failure(errc::already_subscribed, "already subscribed"));
  if (subscriptions.size() >= config->limits.channels_per_connection)
    return refuse(id, make_failure(errc::limit_exceeded, "too many channels on this connection"));
  subscriptions.push_back({room, id, false});
  self->send(neighbours->mirrors, mirror_join{room, who, connection, client, id, std::move(wanted.recovery),
                                              wanted.join_leave, caf::actor_cast<caf::strong_actor_ptr>(self)});
}

void session_state::unsubscribe(std::uint32_t id, const unsubscribe_command& wanted) {
  auto room = wanted.channel.room;
  if (find(room) != nullptr) {
    std::erase_if(subscriptions, [&](const subscription& each) { return each.room == room; });
    self->send(neighbours->mirrors, mirror_leave{room, connection});
  }
  answer(id, unsubscribed_reply{});
}

void session_state::refresh_subscription(std::uint32_t id, const sub_refresh_command& wanted) {
  bool own = number_of(wanted.channel.user) != 0 && wanted.channel.user == who.user;
  if (!own && find(wanted.channel.room) == nullptr)
    return refuse(id, make_failure(errc::forbidden, "this channel is not subscribed"));
  answer(id, sub_refreshed_reply{});
}

void session_state::post(std::uint32_t id, post_command& wanted) {
  if (number_of(wanted.channel.user) != 0)
    return refuse(id, make_failure(errc::forbidden, "nobody publishes to a personal channel"));
  if (number_of(wanted.channel.room) == 0)
    return refuse(id, unknown_channel());
  if (!credit.take(self->clock().now()))
    return refuse(id, make_failure(errc::too_many_requests, "too many messages in a short time"));
  // One that came before the client had shown who it is was not asked at the door.
  if (neighbours->gate && !wanted.place && !(wanted.place = neighbours->gate->enter()))
    return refuse(id, no_message_place());
  room_post request{
      wanted.channel.room,    who, std::move(wanted.text), std::move(wanted.key), wanted.reply_to, {}, trace,
      std::move(wanted.place)};
  ask<appended>(id, neighbours->placement, std::move(request),
                [rpc = wanted.rpc](appended& result) { return rpc ? reply{result} : reply{published_reply{}}; });
}

void session_state::history(std::uint32_t id, const history_command& wanted) {
  if (number_of(wanted.channel.user) != 0)
    return personal_history(id, wanted);
  if (number_of(wanted.channel.room) == 0)
    return refuse(id, unknown_channel());
  auto room = wanted.channel.room;
  self->request(neighbours->placement, config->deadline, room_admit{room, who})
      .then(
          [this, id, room, wanted](const room_admission& admission) {
            auto limit = std::min(wanted.limit, config->history_limit);
            if (limit == 0)
              return answer(id, history_reply{{}, admission.tail});
            read_events page_query;
            page_query.room = room;
            page_query.limit = limit;
            if (wanted.reverse) // backwards from `since`, or from the end
              page_query.before = wanted.has_since ? wanted.since : admission.tail + 1;
            else
              page_query.after = wanted.has_since ? wanted.since : 0;
            if (wanted.reverse && page_query.before <= 1)
              return answer(id, history_reply{{}, admission.tail});
            ask<std::vector<room_event>>(
                id, neighbours->store, page_query,
                [reverse = wanted.reverse, tail = admission.tail](std::vector<room_event>& events) {
                  if (reverse)
                    std::reverse(events.begin(), events.end());
                  return history_reply{std::move(events), tail};
                });
          },
          [this, id](caf::error& reason) { refuse(id, reason); });
}

void session_state::personal_history(std::uint32_t id, const history_command& wanted) {
  if (wanted.channel.user != who.user)
    return refuse(id, foreign_channel());
  if (wanted.reverse)
    return refuse(id, make_failure(errc::not_available, "the personal channel is read forwards"));
  auto limit = std::min(wanted.limit, config->personal_page);
  ask<personal_page>(id, neighbours->store,
                     read_personal{who.user, wanted.has_since ? wanted.since : 0, std::max(limit, 1u)},
                     [limit](personal_page& found) {
                       if (limit == 0)
                         found.events.clear();
                       return personal_history_reply{std::move(found.events), found.tail};
                     });
}

void session_state::presence(std::uint32_t id, const presence_command& wanted) {
  if (number_of(wanted.channel.user) != 0)
    return refuse(id, make_failure(errc::not_available, "a personal channel has no presence"));
  if (number_of(wanted.channel.room) == 0)
    return refuse(id, unknown_channel());
  ask<std::vector<client_info>>(id, neighbours->placement, room_list_presence{wanted.channel.room, who},
                                [stats = wanted.stats_only](std::vector<client_info>& clients) -> reply {
                                  if (!stats)
                                    return presence_reply{std::move(clients)};
                                  std::set<user_id> users;
                                  for (auto& each : clients)
                                    users.insert(each.user);
                                  return presence_stats_reply{static_cast<std::uint32_t>(clients.size()),
                                                              static_cast<std::uint32_t>(users.size())};
                                });
}

void session_state::list_rooms_for(std::uint32_t id, list_rooms_command& wanted) {
  ask<page<room_view>>(id, neighbours->store, list_rooms{who.user, false, wanted.limit, std::move(wanted.cursor)},
                       [](page<room_view>& rooms) { return std::move(rooms); });
}

void session_state::create_room_for(std::uint32_t id, create_room_command& wanted) {
  if (!may(id, permission::create_rooms))
    return;
  ask<room_view>(id, neighbours->placement, user_create_room{who, std::move(wanted), caf::none, trace},
                 [](room_view& made) { return std::move(made); });
}

void session_state::mark_read_for(std::uint32_t id, const mark_read_command& wanted) {
  ask<std::uint32_t>(id, neighbours->placement, room_mark_read{wanted.room, who, wanted.offset},
                     [](std::uint32_t unread) { return unread_reply{unread}; });
}

void session_state::create_reminder_for(std::uint32_t id, create_reminder_command& wanted) {
  if (!may(id, permission::keep_reminders))
    return;
  ask<reminder_record>(id, neighbours->placement, reminder_add{who, std::move(wanted.reminder), caf::none, trace},
                       [](reminder_record& made) { return std::move(made); });
}

bool session_state::may(std::uint32_t id, permission what) {
  if (core::may(who.role, what))
    return true;
  refuse(id, make_failure(errc::forbidden));
  return false;
}

void session_state::list_reminders_for(std::uint32_t id, list_reminders_command& wanted) {
  if (!may(id, permission::keep_reminders))
    return;
  ask<page<reminder_record>>(id, neighbours->store,
                             list_reminders{who.user, false, wanted.limit, std::move(wanted.cursor)},
                             [](page<reminder_record>& found) { return std::move(found); });
}

void session_state::cancel_reminder_for(std::uint32_t id, const cancel_reminder_command& wanted) {
  if (!may(id, permission::keep_reminders))
    return;
  ask<reminder_record>(id, neighbours->placement, reminder_cancel{who, wanted.id, trace},
                       [](reminder_record& changed) { return std::move(changed); });
}

} // namespace callboard
