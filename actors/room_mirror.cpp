#include "actors/room_mirror.hpp"

#include <algorithm>
#include <utility>

#include "actors/mailbox_depth.hpp"

namespace callboard {
namespace {

// At 2500 and above the client would subscribe again (protocol.md 1.1).
constexpr std::uint32_t unsubscribed_for_good = 2000;

} // namespace

room_mirror_state::room_mirror_state(room_mirror_self_actor::stateful_pointer<room_mirror_state> pointer)
    : self(pointer) {}

room_mirror_state::~room_mirror_state() {
  for (auto& [key, each] : subscribers)
    neighbours.out->close(each.connection, close_code::insufficient_state, "the room cannot be followed now");
}

room_mirror_self_actor::behavior_type room_mirror_state::make_behavior(room_id number, room_mirror_config settings,
                                                                       room_mirror_neighbours around) {
  id = number;
  config = std::move(settings);
  neighbours = std::move(around);
  ring = core::event_ring{config.ring_events, config.ring_bytes};
  lanes.resize(neighbours.out->threads());
  if (config.probe)
    config.probe->mirrors.add(1);
  self->attach_functor([probe = config.probe] {
    if (probe)
      probe->mirrors.add(-1);
  });
  self->set_down_handler([this](const caf::down_msg&) {
    // The room failed, or its partition moved: watch it where it is now; what happened meanwhile is in the store.
    watched = false;
    watch();
  });
  watch();
  self->delayed_send(self, config.idle, mirror_tick{});
  return {
      [this](room_batch& batch) {
        note_depth(self, config.probe, mailbox_kind::room_mirror);
        take(batch);
      },
      [this](room_gone) {
        gone = true;
        release();
        cut_all("the room was deleted");
      },
      [this](const room_announce& announcement) {
        shared_bytes bytes;
        for (auto& [key, each] : subscribers) {
          if (!each.join_leave || each.state == phase::pending || each.client.client == announcement.who.client)
            continue;
          if (!bytes)
            bytes = neighbours.wire->encode_presence_change(id, announcement.who, announcement.joined);
          neighbours.out->send(each.connection, bytes, 0);
        }
      },
      [this](list_local_clients) {
        std::vector<client_info> clients;
        for (auto& [key, each] : subscribers)
          if (each.state != phase::pending)
            clients.push_back(each.client);
        return clients;
      },
      [this](mirror_join& request) {
        ++handled;
        join(request);
      },
      [this](const mirror_leave& request) {
        ++handled;
        if (auto* who = find(request.connection); who != nullptr && !who->answered)
          neighbours.out->send(
              request.connection,
              neighbours.wire->encode_error(who->command, make_failure(errc::conflict, "unsubscribed meanwhile")), 1);
        leave(request.connection, true);
      },
      [this](const mirror_continue& request) {
        ++handled;
        if (auto* who = find(request.connection)) {
          who->page_under_way = false;
          advance(*who);
        }
      },
      [this](mirror_release order) {
        if (gathering && order.delivery == releases)
          release();
      },
      [this](mirror_tick tick) {
        if (!watched && !gone)
          watch();
        if (!tick.watch_only)
          check_idle();
      },
  };
}

std::uint64_t room_mirror_state::key_of(connection_ref connection) {
  return (static_cast<std::uint64_t>(connection.thread) << 32) | connection.slot;
}

room_mirror_state::subscriber* room_mirror_state::find(connection_ref connection) {
  auto i = subscribers.find(key_of(connection));
  return i != subscribers.end() && i->second.connection == connection ? &i->second : nullptr;
}

room_mirror_state::subscriber* room_mirror_state::find(connection_ref connection, std::uint64_t serial) {
  auto* who = find(connection);
  return who != nullptr && who->serial == serial ? who : nullptr;
}

void room_mirror_state::watch() {
  self->request(neighbours.placement, config.deadline, room_watch{id, self})
      .await(
          [this](room_watched& answer) {
            watched = true;
            self->monitor(answer.room);
            if (!std::exchange(begun, true)) {
              ring.reset(answer.tail);
            } else if (answer.tail > ring.tail()) {
              room_batch nothing{id, {}, false};
              self->send(self, nothing);
            }
            std::vector<connection_ref> pending;
            for (auto& [key, each] : subscribers)
              if (each.state == phase::pending)
                pending.push_back(each.connection);
            for (auto connection : pending)
              admit(connection);
          },
          [this](caf::error& reason) {
            auto code = code_of(reason);
            if (code == errc::hidden) {
              gone = true;
              std::vector<connection_ref> all;
              all.reserve(subscribers.size());
              for (auto& [key, each] : subscribers)
                all.push_back(each.connection);
              for (auto connection : all)
                refuse(connection, reason);
              return;
            }
            std::vector<connection_ref> pending;
            for (auto& [key, each] : subscribers)
              if (each.state == phase::pending)
                pending.push_back(each.connection);
            for (auto connection : pending)
              refuse(connection, reason);
            self->delayed_send(self, config.retry, mirror_tick{true});
          });
}

void room_mirror_state::join(mirror_join& request) {
  auto key = key_of(request.connection);
  // An earlier connection had this place; its own farewell is still on the way.
  if (auto i = subscribers.find(key); i != subscribers.end())
    leave(connection_ref{i->second.connection}, true);
  subscriber who;
  who.serial = ++serials;
  who.connection = request.connection;
  who.client = {request.who.user, request.who.username, request.client};
  who.session = std::move(request.session);
  who.command = request.command;
  who.recovery = std::move(request.recovery);
  who.who = std::move(request.who);
  who.join_leave = request.join_leave;
  subscribers.insert_or_assign(key, std::move(who));
  if (std::exchange(gone, false)) {
    watched = false; // a room of this number may exist by now
    watch();
  } else if (watched) {
    admit(request.connection);
  }
}

void room_mirror_state::admit(connection_ref connection) {
  auto* who = find(connection);
  if (who == nullptr)
    return;
  self->request(neighbours.placement, config.deadline, room_admit{id, who->who})
      .then(
          [this, connection, serial = who->serial](const room_admission& admission) {
            if (find(connection, serial) != nullptr)
              admitted(connection, admission);
          },
          [this, connection, serial = who->serial](caf::error& reason) {
            if (find(connection, serial) != nullptr)
              refuse(connection, reason);
          });
}

void room_mirror_state::admitted(connection_ref connection, const room_admission& admission) {
  auto* who = find(connection);
  if (who == nullptr || who->state != phase::pending)
    return;
  auto& wanted = who->recovery;
  bool same_epoch = wanted.epoch.empty() || wanted.epoch == config.store_epoch;
  if (wanted.recover && same_epoch && wanted.offset > admission.tail) {
    refuse(connection, make_failure(errc::bad_request, "this offset is beyond the end of the room's log"));
    return;
  }
  if (!wanted.recover || !same_epoch) {
    who->position = ring.tail();
    stream_position position{ring.tail(), wanted.recover, false};
    neighbours.out->send(
        connection, neighbours.wire->encode_reply(who->command, subscribed_reply{channel_of(id), position, {}}), 1);
    who->answered = true;
    make_live(*who);
  } else {
    who->position = wanted.offset;
    who->state = phase::catching_up;
    advance(*who);
  }
  if (config.probe)
    config.probe->subscriptions.add(1);
  self->send(neighbours.placement, room_announce{id, who->client, true});
  caf::anon_send(caf::actor_cast<caf::actor>(who->session), subscription_changed{id, who->command, true});
}

void room_mirror_state::advance(subscriber& who) {
  if (who.state != phase::catching_up || who.page_under_way)
    return;
  // A client may be ahead of this mirror for the moment between a commit and its batch: the batch wakes it.
  if (who.position > ring.tail()) {
    ahead.push_back(who.connection);
    return;
  }
  if (ring.covers(who.position)) {
    send_page(who, ring.after(who.position, config.page_bytes));
    return;
  }
  who.page_under_way = true;
  read_events page_query;
  page_query.room = id;
  page_query.after = who.position;
  page_query.limit = config.page_events;
  page_query.max_bytes = static_cast<std::uint32_t>(config.page_bytes);
  self->request(neighbours.store, config.deadline, page_query)
      .then(
          [this, connection = who.connection, serial = who.serial,
           after = who.position](const std::vector<room_event>& events) {
            auto* reader = find(connection, serial);
            if (reader == nullptr || reader->state != phase::catching_up || reader->position != after)
              return; // another page went out meanwhile
            reader->page_under_way = false;
            // The store may be ahead of this mirror; what is beyond the tail comes live.
            auto end = std::find_if(events.begin(), events.end(),
                                    [this](const room_event& each) { return each.offset > ring.tail(); });
            send_page(*reader, {events.begin(), end});
          },
          [this, connection = who.connection, serial = who.serial](caf::error& reason) {
            auto* reader = find(connection, serial);
            if (reader == nullptr)
              return;
            if (!reader->answered) {
              refuse(connection, reason);
              return;
            }
            // Its backlog cannot be read now: it comes back and goes on from where it was.
            neighbours.out->close(connection, close_code::insufficient_state, "the backlog cannot be read now");
          });
}

void room_mirror_state::send_page(subscriber& who, const std::vector<room_event>& events) {
  if (!events.empty())
    who.position = events.back().offset;
  bool at_tail = who.position == ring.tail();
  auto token = static_cast<std::uint64_t>(number_of(id));
  if (!who.answered) {
    stream_position position{who.position, true, true};
    auto bytes = neighbours.wire->encode_reply(who.command, subscribed_reply{channel_of(id), position, events});
    who.answered = true;
    if (at_tail) {
      neighbours.out->send(who.connection, std::move(bytes), 1);
    } else {
      who.page_under_way = true;
      neighbours.out->send_page(who.connection, std::move(bytes), 1, token);
    }
  } else if (!events.empty()) {
    auto bytes = neighbours.wire->encode_events(id, events.data(), events.data() + events.size());
    who.page_under_way = !at_tail;
    neighbours.out->send_page(who.connection, std::move(bytes), 0, token);
  }
  if (at_tail)
    make_live(who);
}

void room_mirror_state::make_live(subscriber& who) {
  release(); // what is held lies before its position
  who.state = phase::live;
  who.who = {};
  auto& mine = lanes[who.connection.thread];
  mine.live.push_back(who.connection);
  mine.shared.reset();
}

void room_mirror_state::leave(connection_ref connection, bool announce) {
  auto* who = find(connection);
  if (who == nullptr)
    return;
  if (who->state == phase::live) {
    auto& mine = lanes[connection.thread];
    std::erase(mine.live, connection);
    mine.shared.reset();
  }
  if (who->state != phase::pending) {
    if (config.probe)
      config.probe->subscriptions.add(-1);
    if (announce)
      self->send(neighbours.placement, room_announce{id, who->client, false});
  }
  subscribers.erase(key_of(connection));
}

void room_mirror_state::refuse(connection_ref connection, const caf::error& reason) {
  auto* who = find(connection);
  if (who == nullptr)
    return;
  // The session hears of it before the client does, who may subscribe again at once.
  caf::anon_send(caf::actor_cast<caf::actor>(who->session), subscription_changed{id, who->command, false});
  if (!who->answered)
    neighbours.out->send(connection, neighbours.wire->encode_error(who->command, reason), 1);
  else
    neighbours.out->send(connection,
                         neighbours.wire->encode_unsubscribe(id, unsubscribed_for_good, context_of(reason).detail), 0);
  leave(connection, true);
}

void room_mirror_state::cut(user_id user, std::string_view reason) {
  std::vector<connection_ref> theirs;
  for (auto& [key, each] : subscribers)
    if (each.client.user == user)
      theirs.push_back(each.connection);
  for (auto connection : theirs)
    refuse(connection, make_failure(errc::hidden, std::string{reason}));
}

void room_mirror_state::cut_all(std::string_view reason) {
  std::vector<connection_ref> all;
  all.reserve(subscribers.size());
  for (auto& [key, each] : subscribers)
    all.push_back(each.connection);
  for (auto connection : all)
    refuse(connection, make_failure(errc::hidden, std::string{reason}));
}

void room_mirror_state::check_idle() {
  if (subscribers.empty() && handled == handled_at_last_tick)
    self->send(neighbours.registry, mirror_idle{id, handled});
  handled_at_last_tick = handled;
  self->delayed_send(self, config.idle, mirror_tick{});
}

room_mirror_self_actor::behavior_type room_mirror(room_mirror_self_actor::stateful_pointer<room_mirror_state> self,
                                                  room_id id, room_mirror_config config,
                                                  room_mirror_neighbours neighbours) {
  return self->state.make_behavior(id, std::move(config), std::move(neighbours));
}

} // namespace callboard
