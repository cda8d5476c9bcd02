#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callboard::kafka {

/// A copy of all events of a type in another topic. With a key of its own, the value is what older consumers expect.
struct event_route {
  std::string type;
  std::string topic;
  std::string key; // empty: the event's own key and value
};

/// Reads `TYPE=TOPIC[;key=KEY]`, separated by commas. `wrong` says what is not right, or is empty. Only `user.created`
/// has a form with a key of its own.
std::vector<event_route> parse_event_routes(std::string_view text, std::string& wrong);

/// The inverse.
std::string print_event_routes(const std::vector<event_route>& routes);

/// The value of `user.created` under a key of its own: `{user_id, username, full_name, created_at}`. Empty if the data
/// are not those of such an event.
std::string value_for_older_consumers(std::string_view data);

} // namespace callboard::kafka
