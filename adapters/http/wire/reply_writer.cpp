#include "adapters/http/wire/reply_writer.hpp"

#include "adapters/http/wire/views.hpp"

// Members that are zero or empty are left out, as protobuf's JSON does; what stands in `data` is complete.

namespace callboard::http::wire {
namespace {

std::int64_t milliseconds_of(timestamp time) {
  return time.time_since_epoch().count();
}

template <class Event>
void write_publications(json_writer& json, const std::vector<Event>& events) {
  if (events.empty())
    return;
  json.begin_array("publications");
  for (const auto& event : events)
    write_publication(json, event);
  json.end_array();
}

template <class Event>
void write_subscription(json_writer& json, const stream_position& position, const std::vector<Event>& publications,
                        std::string_view epoch) {
  json.boolean("recoverable", true);
  json.text_if("epoch", epoch);
  write_publications(json, publications);
  json.true_if("recovered", position.recovered);
  json.number_if("offset", position.offset);
  json.boolean("positioned", true);
  json.true_if("was_recovering", position.was_recovering);
}

template <class Event>
void write_history(json_writer& json, const std::vector<Event>& publications, stream_offset offset,
                   std::string_view epoch) {
  json.begin_object("history");
  write_publications(json, publications);
  json.text_if("epoch", epoch);
  json.number_if("offset", offset);
  json.end_object();
}

template <class Write>
void write_data(json_writer& json, Write write) {
  json.begin_object("rpc");
  json.key("data");
  write();
  json.end_object();
}

void write_empty(json_writer& json, std::string_view name) {
  json.begin_object(name);
  json.end_object();
}

} // namespace

void write_publication(json_writer& json, const room_event& event) {
  json.begin_object();
  json.key("data");
  write_event(json, event);
  if (number_of(event.actor) != 0) {
    json.begin_object("info");
    json.text("user", to_string(event.actor));
    json.end_object();
  }
  json.number_if("offset", event.offset);
  json.number_if("time", milliseconds_of(event.created_at));
  json.end_object();
}

void write_publication(json_writer& json, const personal_event& event) {
  json.begin_object();
  json.key("data");
  write_personal(json, event);
  json.number_if("offset", event.offset);
  json.number_if("time", milliseconds_of(event.created_at));
  json.end_object();
}

void write_client(json_writer& json, const client_info& who) {
  json.begin_object();
  json.text("user", to_string(who.user));
  json.text("client", to_string(who.client));
  json.begin_object("conn_info");
  json.text("username", who.username);
  json.end_object();
  json.end_object();
}

void reply_writer::operator()(const connected_reply& body) {
  json.begin_object("connect");
  json.text("client", to_string(body.client));
  json.text_if("version", version);
  json.boolean("expires", true);
  json.number_if("ttl", body.ttl_seconds);
  json.begin_object("data");
  json.key("user");
  write_user(json, body.user, audience::oneself);
  json.end_object();
  json.begin_object("subs");
  json.begin_object(body.channel);
  write_subscription(json, body.position, body.publications, epoch);
  json.end_object();
  json.end_object();
  json.number_if("ping", body.ping_seconds);
  json.boolean("pong", true);
  json.text("session", to_string(body.session));
  json.text_if("node", body.node);
  json.end_object();
}

void reply_writer::operator()(const subscribed_reply& body) {
  json.begin_object("subscribe");
  write_subscription(json, body.position, body.publications, epoch);
  json.end_object();
}

void reply_writer::operator()(const history_reply& body) {
  write_history(json, body.publications, body.offset, epoch);
}

void reply_writer::operator()(const personal_history_reply& body) {
  write_history(json, body.publications, body.offset, epoch);
}

void reply_writer::operator()(const presence_reply& body) {
  json.begin_object("presence");
  if (!body.clients.empty()) {
    json.begin_object("presence");
    for (const auto& each : body.clients) {
      json.key(to_string(each.client));
      write_client(json, each);
    }
    json.end_object();
  }
  json.end_object();
}

void reply_writer::operator()(const presence_stats_reply& body) {
  json.begin_object("presence_stats");
  json.number_if("num_clients", body.clients);
  json.number_if("num_users", body.users);
  json.end_object();
}

void reply_writer::operator()(const refreshed_reply& body) {
  json.begin_object("refresh");
  json.text("client", to_string(body.client));
  json.text_if("version", version);
  json.boolean("expires", true);
  json.number_if("ttl", body.ttl_seconds);
  json.end_object();
}

void reply_writer::operator()(const sub_refreshed_reply&) {
  write_empty(json, "sub_refresh");
}

void reply_writer::operator()(const pinged_reply&) {
  write_empty(json, "ping");
}

void reply_writer::operator()(const published_reply&) {
  write_empty(json, "publish");
}

void reply_writer::operator()(const unsubscribed_reply&) {
  write_empty(json, "unsubscribe");
}

void reply_writer::operator()(const unread_reply& body) {
  write_data(json, [&] {
    json.begin_object();
    json.number("unread", body.unread);
    json.end_object();
  });
}

void reply_writer::operator()(const appended& body) {
  write_data(json, [&] { write_appended(json, body); });
}

void reply_writer::operator()(const room_view& body) {
  write_data(json, [&] { write_room(json, body); });
}

void reply_writer::operator()(const page<room_view>& body) {
  write_data(json, [&] { write_page(json, body.items, body.next, write_room); });
}

void reply_writer::operator()(const reminder_record& body) {
  write_data(json, [&] { write_reminder(json, body); });
}

void reply_writer::operator()(const page<reminder_record>& body) {
  write_data(json, [&] { write_page(json, body.items, body.next, write_reminder); });
}

} // namespace callboard::http::wire
