#include "adapters/http/wire/protocol_commands.hpp"

#include <limits>

#include "adapters/http/wire/command_fields.hpp"
#include "messages/errors.hpp"

namespace callboard::http::wire {
namespace {

command_body checked(std::string problem, command_body body) {
  if (problem.empty())
    return body;
  return refused_command{make_failure(errc::bad_request, std::move(problem))};
}

recovery_request read_recovery(command_fields& fields) {
  return {fields.boolean("recover"), fields.number("offset"), fields.text("epoch")};
}

/// The position in the one personal channel that `subs` names; with several it is not clear which.
caf::optional<recovery_request> read_personal_recovery(simdjson::dom::object subscriptions, std::string& problem) {
  caf::optional<recovery_request> personal;
  unsigned count = 0;
  for (auto [name, value] : subscriptions) {
    if (number_of(parse_channel(name).user) == 0)
      continue;
    simdjson::dom::object params;
    if (value.get(params) != simdjson::SUCCESS) {
      problem = "connect.subs must hold objects";
      return caf::none;
    }
    command_fields fields{params, "connect.subs", problem};
    personal = read_recovery(fields);
    ++count;
  }
  if (count > 1)
    return caf::none;
  return personal;
}

command_body read_connect(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "connect", problem};
  connect_command wanted;
  wanted.token = fields.text("token");
  if (auto subscriptions = fields.object("subs"))
    wanted.personal = read_personal_recovery(*subscriptions, problem);
  return checked(std::move(problem), std::move(wanted));
}

command_body read_subscribe(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "subscribe", problem};
  subscribe_command wanted;
  wanted.channel = parse_channel(fields.required_text("channel"));
  wanted.recovery = read_recovery(fields);
  wanted.join_leave = fields.boolean("join_leave");
  return checked(std::move(problem), std::move(wanted));
}

command_body read_unsubscribe(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "unsubscribe", problem};
  auto channel = parse_channel(fields.required_text("channel"));
  return checked(std::move(problem), unsubscribe_command{channel});
}

command_body read_publish(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "publish", problem};
  post_command wanted;
  wanted.channel = parse_channel(fields.required_text("channel"));
  if (auto data = fields.object("data")) {
    command_fields content{*data, "publish.data", problem};
    wanted.text = content.required_text("text");
    wanted.key = content.text("key");
    wanted.reply_to = content.number("reply_to");
  } else {
    fields.refuse("data", "must be an object with a text");
  }
  return checked(std::move(problem), std::move(wanted));
}

command_body read_history(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "history", problem};
  history_command wanted;
  wanted.channel = parse_channel(fields.required_text("channel"));
  // The protocol's int32: a negative one asks for everything; how much that is, the session says.
  constexpr auto everything = std::numeric_limits<std::uint32_t>::max();
  auto limit = fields.signed_number("limit");
  wanted.limit = limit < 0 || limit > everything ? everything : static_cast<std::uint32_t>(limit);
  if (auto since = fields.object("since")) {
    command_fields position{*since, "history.since", problem};
    wanted.has_since = true;
    wanted.since = position.number("offset");
    position.text("epoch");
  }
  wanted.reverse = fields.boolean("reverse");
  return checked(std::move(problem), wanted);
}

command_body read_presence_of(simdjson::dom::object params, std::string_view name, bool stats_only) {
  std::string problem;
  command_fields fields{params, name, problem};
  auto channel = parse_channel(fields.required_text("channel"));
  return checked(std::move(problem), presence_command{channel, stats_only});
}

command_body read_presence(simdjson::dom::object params, timestamp) {
  return read_presence_of(params, "presence", false);
}

command_body read_presence_stats(simdjson::dom::object params, timestamp) {
  return read_presence_of(params, "presence_stats", true);
}

command_body read_refresh(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "refresh", problem};
  auto token = fields.required_text("token");
  return checked(std::move(problem), refresh_command{std::move(token)});
}

command_body read_rpc_command(simdjson::dom::object params, timestamp now) {
  std::string problem;
  command_fields fields{params, "rpc", problem};
  auto method = fields.text("method");
  if (!problem.empty())
    return checked(std::move(problem), {});
  simdjson::dom::element data;
  bool given = params["data"].get(data) == simdjson::SUCCESS && !data.is_null();
  return read_rpc(method, given ? &data : nullptr, now);
}

command_body read_send(simdjson::dom::object, timestamp) {
  return send_command{};
}

command_body read_sub_refresh(simdjson::dom::object params, timestamp) {
  std::string problem;
  command_fields fields{params, "sub_refresh", problem};
  auto channel = parse_channel(fields.required_text("channel"));
  return checked(std::move(problem), sub_refresh_command{channel});
}

command_body read_ping(simdjson::dom::object, timestamp) {
  return ping_command{};
}

struct entry {
  std::string_view name;
  command_body (*read)(simdjson::dom::object params, timestamp now);
};

constexpr entry commands[] = {
    {"connect", read_connect}, {"subscribe", read_subscribe}, {"unsubscribe", read_unsubscribe},
    {"publish", read_publish}, {"presence", read_presence},   {"presence_stats", read_presence_stats},
    {"history", read_history}, {"ping", read_ping},           {"send", read_send},
    {"rpc", read_rpc_command}, {"refresh", read_refresh},     {"sub_refresh", read_sub_refresh},
};

} // namespace

bool is_command(std::string_view name) {
  for (const auto& each : commands)
    if (each.name == name)
      return true;
  return false;
}

command_body read_command(std::string_view name, simdjson::dom::element params, timestamp now) {
  simdjson::dom::object object;
  if (params.get(object) != simdjson::SUCCESS)
    return checked(std::string{name} + " must be an object", {});
  for (const auto& each : commands)
    if (each.name == name)
      return each.read(object, now);
  return refused_command{make_failure(errc::unknown_method)};
}

channel_name parse_channel(std::string_view name) {
  constexpr std::string_view room_prefix = "room:";
  constexpr std::string_view user_prefix = "user:";
  bool is_room = name.starts_with(room_prefix);
  if (!is_room && !name.starts_with(user_prefix))
    return {};
  auto digits = name.substr(room_prefix.size());
  if (digits.empty() || digits.size() > 19 || digits.front() == '0')
    return {};
  std::uint64_t number = 0; // 19 digits fit
  for (auto c : digits) {
    if (c < '0' || c > '9')
      return {};
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return {};
  channel_name channel;
  if (is_room)
    channel.room = room_id{static_cast<std::int64_t>(number)};
  else
    channel.user = user_id{static_cast<std::int64_t>(number)};
  return channel;
}

} // namespace callboard::http::wire
