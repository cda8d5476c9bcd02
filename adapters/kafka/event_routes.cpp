#include "adapters/kafka/event_routes.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

namespace callboard::kafka {
namespace {

constexpr std::array<std::string_view, 25> event_types{
    "user.created",      "user.deleted",        "user.locked",       "session.created",    "session.revoked",
    "login.failed",      "room.created",        "room.deleted",      "member.added",       "member.removed",
    "message.created",   "message.edited",      "message.deleted",   "message.retracted",  "reminder.created",
    "reminder.fired",    "reminder.delivered",  "reminder.snoozed",  "reminder.cancelled", "reminder.failed",
    "notification.sent", "notification.failed", "user.role_changed", "user.disabled",      "user.enabled"};
constexpr std::string_view key_form_type = "user.created";
constexpr std::size_t longest_topic = 249; // of Kafka
constexpr std::size_t longest_key = 255;

// Kafka's own rule (org.apache.kafka.common.internals.Topic).
bool is_topic(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= longest_topic && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), allowed);
}

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= longest_key &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f && c != ';' && c != '='; });
}

std::string parse_route(std::string_view text, event_route& route) {
  auto quoted = "'" + std::string{text} + "'";
  auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return quoted + " is not TYPE=TOPIC or TYPE=TOPIC;key=KEY";
  auto rest = text.substr(equals + 1);
  auto semicolon = rest.find(';');
  route.type = text.substr(0, equals);
  route.topic = rest.substr(0, semicolon);
  if (route.type.empty() || std::find(event_types.begin(), event_types.end(), route.type) == event_types.end())
    return quoted + ": there is no event type '" + route.type + "'";
  if (!is_topic(route.topic))
    return quoted + ": '" + route.topic + "' cannot be the name of a topic";
  if (route.topic.starts_with("callboard."))
    return quoted + ": topics that begin with 'callboard.' are callboard's own";
  if (semicolon == std::string_view::npos)
    return {};
  auto option = rest.substr(semicolon + 1);
  if (!option.starts_with("key="))
    return quoted + ": only ;key=KEY may follow the topic";
  route.key = option.substr(4);
  if (!is_key(route.key))
    return quoted + ": the key must be 1 to 255 visible ASCII characters without ';' and '='";
  if (route.type != key_form_type)
    return quoted + ": only " + std::string{key_form_type} + " has a form with a key of its own";
  return {};
}

} // namespace

std::vector<event_route> parse_event_routes(std::string_view text, std::string& wrong) {
  std::vector<event_route> routes;
  wrong.clear();
  while (!text.empty()) {
    auto comma = text.find(',');
    event_route route;
    wrong = parse_route(text.substr(0, comma), route);
    if (!wrong.empty())
      return {};
    for (auto& other : routes)
      if (other.type == route.type && other.topic == route.topic)
        wrong = "'" + route.type + "=" + route.topic + "' is given twice";
    if (!wrong.empty())
      return {};
    routes.push_back(std::move(route));
    if (comma == std::string_view::npos)
      break;
    text.remove_prefix(comma + 1);
    if (text.empty())
      wrong = "a route is missing after the last comma";
  }
  return wrong.empty() ? routes : std::vector<event_route>{};
}

std::string print_event_routes(const std::vector<event_route>& routes) {
  std::string text;
  for (auto& route : routes)
    text += (text.empty() ? "" : ",") + route.type + "=" + route.topic + (route.key.empty() ? "" : ";key=" + route.key);
  return text;
}

std::string value_for_older_consumers(std::string_view data) {
  boost::system::error_code failure;
  auto parsed = boost::json::parse(data, failure);
  auto* given = failure ? nullptr : parsed.if_object();
  if (given == nullptr)
    return {};
  boost::json::object value;
  for (auto* name : {"user_id", "username", "full_name", "created_at"}) {
    auto* field = given->if_contains(name);
    if (field == nullptr)
      return {};
    value.emplace(name, *field);
  }
  return boost::json::serialize(value);
}

} // namespace callboard::kafka
