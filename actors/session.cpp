#include "actors/session.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/mailbox_depth.hpp"
#include "actors/spans.hpp"

namespace callboard {

session_state::session_state(session_self_actor::stateful_pointer<session_state> pointer)
    : self(pointer), credit(0, 0, {}), commands(0, 0, {}), requests({}) {}

session_self_actor::behavior_type session_state::make_behavior(std::shared_ptr<const session_config> settings,
                                                               std::shared_ptr<const session_neighbours> around,
                                                               connection_ref mine, bool trusts_peer) {
  config = std::move(settings);
  neighbours = std::move(around);
  connection = mine;
  is_trusted = trusts_peer;
  client = neighbours->tokens->new_id();
  credit = core::token_bucket{config->send_rate, config->send_burst, self->clock().now()};
  commands = core::token_bucket{config->command_rate, config->command_burst, self->clock().now()};
  requests = deadline_watch<deadline_tick>{config->deadline};
  if (config->probe)
    config->probe->sessions.add(1);
  self->attach_functor([probe = config->probe] {
    if (probe)
      probe->sessions.add(-1);
  });
  // The user actor went down: nobody would tell of a revocation any more.
  self->set_down_handler([this](const caf::down_msg&) {
    attached = false;
    if (state == phase::connected)
      reattach();
  });
  return {
      [this](client_commands& frame) {
        note_depth(self, config->probe, mailbox_kind::session);
        for (auto& each : frame.commands)
          take(each);
      },
      [this](connection_closed) {
        leave();
        self->quit();
      },
      [this](connection_drained drained) {
        mirror_continue request{static_cast<room_id>(drained.token), connection};
        self->send(neighbours->mirrors, request);
      },
      [this](const personal_batch& batch) { take_personal(batch.events); },
      [this](const session_ended& ended) {
        if (state == phase::connected)
          neighbours->out->send(connection, neighbours->wire->encode_session_revoked(who.user, ended.reason), 0);
        close(close_code::force_disconnect, ended.reason);
      },
      [this](shut_down) { close(close_code::shutdown, "shutdown"); },
      [this](subscription_changed change) {
        auto* mine_of = find(change.room);
        if (mine_of == nullptr || mine_of->command != change.command)
          return;
        end_trace(change.command, change.joined ? caf::error{} : make_failure(errc::not_found));
        if (change.joined)
          mine_of->joined = true;
        else
          std::erase_if(subscriptions, [&](const subscription& each) { return each.room == change.room; });
      },
      [this](deadline_tick) { requests.look(self); },
  };
}

void session_state::take(command& next) {
  if (state == phase::closed)
    return;
  if (state == phase::connected) {
    if (std::holds_alternative<connect_command>(next.body))
      close(close_code::bad_request, "connect was sent twice");
    else
      run(next);
  } else if (state == phase::connecting) {
    if (waiting == nullptr)
      waiting = std::make_unique<std::vector<command>>();
    if (waiting->size() >= config->max_waiting)
      close(close_code::too_many_requests, "too many commands before the connection is made");
    else
      waiting->push_back(std::move(next));
  } else if (auto* wanted = std::get_if<connect_command>(&next.body)) {
    connect(next.id, *wanted);
  } else {
    close(close_code::bad_request, "connect must be the first command");
  }
}

void session_state::run(command& next) {
  // Messages have a rate of their own.
  if (!std::holds_alternative<post_command>(next.body) && !commands.take(self->clock().now())) {
    if (!std::holds_alternative<send_command>(next.body)) // it has no answer
      refuse(next.id, make_failure(errc::too_many_requests, "too many commands in a short time"));
    return;
  }
  struct runner {
    session_state& session;
    std::uint32_t id;
    void operator()(connect_command&) {}
    void operator()(subscribe_command& wanted) { session.subscribe(id, wanted); }
    void operator()(unsubscribe_command& wanted) { session.unsubscribe(id, wanted); }
    void operator()(post_command& wanted) { session.post(id, wanted); }
    void operator()(history_command& wanted) { session.history(id, wanted); }
    void operator()(presence_command& wanted) { session.presence(id, wanted); }
    void operator()(refresh_command& wanted) { session.refresh(id, wanted); }
    void operator()(sub_refresh_command& wanted) { session.refresh_subscription(id, wanted); }
    void operator()(ping_command&) { session.answer(id, pinged_reply{}); }
    void operator()(list_rooms_command& wanted) { session.list_rooms_for(id, wanted); }
    void operator()(create_room_command& wanted) { session.create_room_for(id, wanted); }
    void operator()(mark_read_command& wanted) { session.mark_read_for(id, wanted); }
    void operator()(create_reminder_command& wanted) { session.create_reminder_for(id, wanted); }
    void operator()(list_reminders_command& wanted) { session.list_reminders_for(id, wanted); }
    void operator()(cancel_reminder_command& wanted) { session.cancel_reminder_for(id, wanted); }
    void operator()(send_command&) {}
    void operator()(refused_command& wanted) { session.refuse(id, wanted.reason); }
  };
  begin_trace(next);
  std::visit(runner{*this, next.id}, next.body);
  trace = {};
}

void session_state::begin_trace(const command& next) {
  if (next.id == 0 || !config->tracing)
    return;
  constexpr std::string_view names[] = {
      "connect",         "subscribe", "unsubscribe", "publish",     "history",   "presence",        "refresh",
      "sub_refresh",     "ping",      "room.list",   "room.create", "room.read", "reminder.create", "reminder.list",
      "reminder.cancel", "send",      "refused"};
  static_assert(std::size(names) == std::variant_size_v<decltype(command::body)>);
  auto span = config->tracing->serve(next.trace, is_trusted, names[next.body.index()]);
  trace = span.context();
  if (!span)
    return;
  span.set("callboard.command", static_cast<std::int64_t>(next.id));
  span.set("callboard.client", to_string(client));
  if (!spans)
    spans = std::make_unique<std::unordered_map<std::uint32_t, live_span>>();
  spans->insert_or_assign(next.id, std::move(span));
}

void session_state::end_trace(std::uint32_t id, const caf::error& reason) {
  if (!spans)
    return;
  auto found = spans->find(id);
  if (found == spans->end())
    return;
  if (reason)
    end_failed(found->second, reason);
  spans->erase(found);
  if (spans->empty())
    spans.reset();
}

void session_state::answer(std::uint32_t id, const reply& body) {
  end_trace(id, {});
  if (state != phase::closed)
    neighbours->out->send(connection, neighbours->wire->encode_reply(id, body), 1);
}

void session_state::refuse(std::uint32_t id, const caf::error& reason) {
  end_trace(id, reason);
  auto code = code_of(reason);
  if (neighbours->auth && (code == errc::forbidden || code == errc::hidden))
    self->send(neighbours->auth, auth_refused{who, "websocket", {}});
  if (state != phase::closed)
    neighbours->out->send(connection, neighbours->wire->encode_error(id, reason), 1);
}

void session_state::close(close_code code, std::string_view reason) {
  if (state == phase::closed)
    return;
  leave();
  neighbours->out->close(connection, code, reason);
}

void session_state::leave() {
  state = phase::closed;
  waiting.reset();
  spans.reset();
  for (auto& each : subscriptions)
    self->send(neighbours->mirrors, mirror_leave{each.room, connection});
  subscriptions.clear();
  if (attached)
    self->send(neighbours->placement, user_detach{who.user, self});
  attached = false;
}

session_state::subscription* session_state::find(room_id room) {
  auto i = std::find_if(subscriptions.begin(), subscriptions.end(),
                        [&](const subscription& each) { return each.room == room; });
  return i == subscriptions.end() ? nullptr : &*i;
}

session_self_actor::behavior_type session(session_self_actor::stateful_pointer<session_state> self,
                                          std::shared_ptr<const session_config> config,
                                          std::shared_ptr<const session_neighbours> neighbours,
                                          connection_ref connection, bool is_trusted) {
  return self->state.make_behavior(std::move(config), std::move(neighbours), connection, is_trusted);
}

} // namespace callboard
