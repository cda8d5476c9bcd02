#pragma once

#include <string_view>

#include "adapters/http/wire/json_writer.hpp"
#include "messages/delivery.hpp"

namespace callboard::http::wire {

/// `{data, info, offset, time}` of a room's or a personal channel.
void write_publication(json_writer& json, const room_event& event);
void write_publication(json_writer& json, const personal_event& event);
/// `{user, client, conn_info:{username}}`
void write_client(json_writer& json, const client_info& who);

/// Puts what a reply holds besides its id: the member named after the command.
struct reply_writer {
  json_writer& json;
  std::string_view epoch;
  std::string_view version;

  void operator()(const connected_reply& body);
  void operator()(const subscribed_reply& body);
  void operator()(const history_reply& body);
  void operator()(const personal_history_reply& body);
  void operator()(const presence_reply& body);
  void operator()(const presence_stats_reply& body);
  void operator()(const refreshed_reply& body);
  void operator()(const sub_refreshed_reply& body);
  void operator()(const pinged_reply& body);
  void operator()(const published_reply& body);
  void operator()(const unsubscribed_reply& body);
  void operator()(const unread_reply& body);
  void operator()(const appended& body);
  void operator()(const room_view& body);
  void operator()(const page<room_view>& body);
  void operator()(const reminder_record& body);
  void operator()(const page<reminder_record>& body);
};

} // namespace callboard::http::wire
