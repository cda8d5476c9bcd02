#include <chrono>
#include <utility>

#include "actors/session.hpp"

// How a connection learns who it is, and how long that holds.

namespace callboard {
namespace {

timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

} // namespace

void session_state::connect(std::uint32_t id, connect_command& wanted) {
  auto claims = neighbours->tokens->verify_access(wanted.token.reveal(), wall_clock());
  if (!claims) {
    if (code_of(claims.error()) == errc::token_expired)
      refuse(id, claims.error()); // the client gets a new token and comes again
    else
      close(close_code::invalid_token, "invalid token");
    return;
  }
  if (neighbours->revocations->is_revoked(claims->session)) {
    close(close_code::force_disconnect, "session revoked");
    return;
  }
  state = phase::connecting;
  who.user = claims->user;
  who.session = claims->session;
  who.expires_at = claims->expires_at;
  attach(id, std::move(wanted));
}

void session_state::attach(std::uint32_t id, connect_command wanted) {
  attached = true;
  self->request(neighbours->placement, config->deadline, user_attach{who.user, who.session, self, wall_clock()})
      .then(
          [this, id, wanted = std::move(wanted)](user_attached& attachment) {
            if (state != phase::connecting)
              return;
            self->monitor(attachment.user);
            personal_tail = attachment.found.personal_tail;
            auto& [session, user, live, ended] = attachment.found.session;
            if (!live || user.id != who.user)
              return close(close_code::force_disconnect, ended.empty() ? "session revoked" : ended);
            who.role = user.role;
            who.username = user.username;
            welcome(id, std::move(user), wanted);
          },
          [this, id](caf::error& reason) {
            attached = false;
            if (code_of(reason) == errc::limit_exceeded)
              return close(close_code::connection_limit, "connection limit");
            if (code_of(reason) == errc::not_found)
              return close(close_code::invalid_token, "invalid token");
            refuse(id, reason);
            state = state == phase::closed ? state : phase::fresh;
          });
}

void session_state::welcome(std::uint32_t id, user_view user, const connect_command& wanted) {
  auto recovers = wanted.personal && wanted.personal->recover &&
                  (wanted.personal->epoch.empty() || wanted.personal->epoch == config->store_epoch) &&
                  wanted.personal->offset <= personal_tail;
  connected_reply body;
  body.client = client;
  body.session = who.session;
  body.user = std::move(user);
  auto left = std::chrono::duration_cast<std::chrono::seconds>(who.expires_at - wall_clock()) - config->refresh_margin;
  body.ttl_seconds = std::max<std::int64_t>(1, left.count());
  body.ping_seconds = config->ping_seconds;
  body.node = config->node;
  body.channel = channel_of(who.user);
  personal_position = recovers ? wanted.personal->offset : personal_tail;
  body.position = {personal_position, wanted.personal && wanted.personal->recover, recovers};
  state = phase::connected;
  answer(id, body);
  neighbours->out->set_expiry(connection, who.expires_at);
  read_personal_stream();
  if (auto held = std::exchange(waiting, nullptr))
    for (auto& each : *held)
      take(each);
}

void session_state::reattach() {
  attached = true;
  self->request(neighbours->placement, config->deadline, user_attach{who.user, who.session, self, wall_clock()})
      .then(
          [this](user_attached& attachment) {
            if (state != phase::connected)
              return;
            self->monitor(attachment.user);
            if (!attachment.found.session.live)
              return close(close_code::force_disconnect, "session revoked");
            personal_tail = std::max(personal_tail, attachment.found.personal_tail);
            read_personal_stream();
          },
          [this](caf::error&) { close(close_code::internal, "the session cannot be attached now"); });
}

void session_state::refresh(std::uint32_t id, const refresh_command& wanted) {
  auto claims = neighbours->tokens->verify_access(wanted.token.reveal(), wall_clock());
  if (!claims && code_of(claims.error()) == errc::token_expired)
    return refuse(id, claims.error());
  if (!claims || claims->user != who.user || claims->session != who.session)
    return close(close_code::invalid_token, "invalid token");
  // The connection's end may be on its way from the node that ended the session: a refresh does not outrun it.
  if (neighbours->revocations->is_revoked(claims->session))
    return close(close_code::force_disconnect, "session revoked");
  who.expires_at = claims->expires_at;
  neighbours->out->set_expiry(connection, who.expires_at);
  auto left = std::chrono::duration_cast<std::chrono::seconds>(who.expires_at - wall_clock()) - config->refresh_margin;
  answer(id, refreshed_reply{client, std::max<std::int64_t>(1, left.count())});
}

void session_state::take_personal(const std::vector<personal_event>& events) {
  if (events.empty())
    return;
  personal_tail = std::max(personal_tail, events.back().offset);
  if (state != phase::connected)
    return;
  if (!reading_personal && events.front().offset == personal_position + 1) {
    personal_position = events.back().offset;
    neighbours->out->send(connection, neighbours->wire->encode_personal(who.user, events), 0);
  }
  read_personal_stream();
}

void session_state::read_personal_stream() {
  if (reading_personal || personal_position >= personal_tail || state != phase::connected)
    return;
  reading_personal = true;
  self->request(neighbours->store, config->deadline, read_personal{who.user, personal_position, config->personal_page})
      .then(
          [this](const personal_page& missing) {
            reading_personal = false;
            if (state != phase::connected)
              return;
            personal_tail = std::max(personal_tail, missing.tail);
            if (missing.events.empty())
              return;
            personal_position = missing.events.back().offset;
            neighbours->out->send(connection, neighbours->wire->encode_personal(who.user, missing.events), 0);
            read_personal_stream();
          },
          [this](caf::error&) {
            reading_personal = false;
            close(close_code::insufficient_state, "the personal stream cannot be read now");
          });
}

} // namespace callboard
