#pragma once

#include <utility>

#include "messages/messages.hpp"

namespace callboard {

/// Every request that is addressed by a room, with its answer; likewise by a user, and by a reminder's owner. The order
/// is that of `routed_actor`.
template <class Request, class Answer>
struct routed {
  using request = Request;
  using answer = Answer;
};
template <class... Routes>
struct route_list {};

using room_routes =
    route_list<routed<room_post, appended>, routed<room_admit, room_admission>, routed<room_describe, room_view>,
               routed<room_rename, room_view>, routed<room_remove, done>, routed<room_invite, room_view>,
               routed<room_expel, done>, routed<room_mark_read, std::uint32_t>,
               routed<room_list_presence, std::vector<client_info>>, routed<room_refresh, void>,
               routed<room_announce, void>, routed<room_watch, room_watched>, routed<room_unwatch, void>>;

using user_routes = route_list<routed<user_attach, user_attached>, routed<user_detach, void>,
                               routed<user_append, appended>, routed<user_deliver, std::uint32_t>,
                               routed<user_end_sessions, void>, routed<user_create_room, room_view>>;

using reminder_routes = route_list<routed<reminder_add, reminder_record>, routed<reminder_edit, reminder_record>,
                                   routed<reminder_cancel, reminder_record>, routed<reminder_snooze, reminder_record>,
                                   routed<reminder_done, reminder_record>, routed<reminders_forget, void>>;

/// The user a request is addressed to.
template <class Request>
user_id addressee(const Request& request) {
  if constexpr (requires { request.user; })
    return request.user;
  else
    return request.who.user;
}

} // namespace callboard
