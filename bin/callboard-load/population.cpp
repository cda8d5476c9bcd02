#include "bin/callboard-load/population.hpp"

#include "bin/callboard-load/rest_client.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace callboard::load {

namespace {

namespace json = boost::json;

outcome<std::vector<std::string>> lines_of(const std::string& path, const std::string& what) {
  std::ifstream file{path};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
      line.pop_back();
    if (!line.empty())
      lines.push_back(line);
  }
  if (lines.empty())
    return failure{exit_code::usage, path + " holds no " + what};
  return lines;
}

/// A text field of an answer; empty if it is not there.
std::string text_field(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

outcome<std::string> log_in(rest_client& rest, const std::string& username, const std::string& password) {
  auto answer = rest.post("/auth/login", {}, {{"username", username}, {"password", password}});
  if (auto* failed = std::get_if<failure>(&answer))
    return *failed;
  std::string token = text_field(std::get<json::object>(answer), "access_token");
  if (token.empty())
    return failure{exit_code::unreachable, "the answer to a log-in has no access_token"};
  return token;
}

outcome<std::vector<std::string>> tokens_of_file(rest_client& rest, const std::string& path) {
  auto lines = lines_of(path, "users");
  if (auto* failed = std::get_if<failure>(&lines))
    return *failed;
  std::vector<std::string> tokens;
  for (const std::string& line : std::get<std::vector<std::string>>(lines)) {
    json::error_code error;
    const json::value user = json::parse(line, error);
    if (error || !user.is_object())
      return failure{exit_code::usage, path + ": a line is not a JSON object"};
    auto token = log_in(rest, text_field(user.get_object(), "username"), text_field(user.get_object(), "password"));
    if (auto* failed = std::get_if<failure>(&token))
      return *failed;
    tokens.push_back(std::get<std::string>(std::move(token)));
  }
  return tokens;
}

outcome<std::vector<std::string>> tokens_of_new_users(rest_client& rest, const options& given) {
  std::vector<std::string> tokens;
  for (std::uint32_t i = 0; i < given.register_users; ++i) {
    const std::string name = "load-" + given.run + "-" + std::to_string(i);
    const std::string password = "load test " + given.run + " " + std::to_string(i);
    auto made =
        rest.post("/auth/register", {}, {{"username", name}, {"email", name + "@example.com"}, {"password", password}});
    if (auto* failed = std::get_if<failure>(&made))
      return *failed;
    auto token = log_in(rest, name, password);
    if (auto* failed = std::get_if<failure>(&token))
      return *failed;
    tokens.push_back(std::get<std::string>(std::move(token)));
  }
  return tokens;
}

/// The users, as indexes of tokens, that connection-to-room assignment puts into room `room`.
std::set<std::size_t> members_of(const options& given, std::uint32_t room, std::size_t users) {
  std::set<std::size_t> members;
  if (given.chosen == mode::ingest) {
    const std::uint32_t senders = given.connections == 0 ? given.rooms : given.connections;
    members.insert(room % senders % users);
    return members;
  }
  for (std::uint32_t i = room; i < given.connections && members.size() < users; i += given.rooms)
    members.insert(i % users);
  members.insert(room % users); // the sender, in the modes that have one
  return members;
}

outcome<std::vector<std::string>> create_rooms(rest_client& rest, const options& given,
                                               const std::vector<std::string>& tokens) {
  std::vector<std::string> names(tokens.size());
  const auto name_of_user = [&](std::size_t user) -> outcome<std::string> {
    if (names[user].empty()) {
      auto answer = rest.get("/users/me", tokens[user]);
      if (auto* failed = std::get_if<failure>(&answer))
        return *failed;
      names[user] = text_field(std::get<json::object>(answer), "username");
    }
    return names[user];
  };
  std::vector<std::string> channels;
  channels.reserve(given.rooms);
  for (std::uint32_t room = 0; room < given.rooms; ++room) {
    const std::size_t creator = room % tokens.size();
    json::array members;
    for (const std::size_t user : members_of(given, room, tokens.size())) {
      if (user == creator)
        continue;
      auto name = name_of_user(user);
      if (auto* failed = std::get_if<failure>(&name))
        return *failed;
      members.emplace_back(std::get<std::string>(name));
    }
    const std::string title = "load " + given.run + " " + std::to_string(room);
    auto made = rest.post("/rooms", tokens[creator], {{"name", title}, {"members", members}});
    if (auto* failed = std::get_if<failure>(&made))
      return *failed;
    const json::value* id = std::get<json::object>(made).if_contains("id");
    if (id == nullptr)
      return failure{exit_code::unreachable, "the answer to a room's creation has no id"};
    channels.push_back("room:" + json::serialize(*id));
  }
  return channels;
}

outcome<std::vector<std::string>> gather_channels(rest_client& rest, const options& given,
                                                  const std::vector<std::string>& tokens) {
  if (!given.channels.empty())
    return given.channels;
  if (!given.channel_file.empty())
    return lines_of(given.channel_file, "channels");
  if (!given.rest.empty() && given.channel_prefix.empty())
    return create_rooms(rest, given, tokens);
  const std::string prefix = given.channel_prefix.empty() ? "load-" + given.run + ":" : given.channel_prefix;
  std::vector<std::string> channels;
  channels.reserve(given.rooms);
  for (std::uint32_t room = 0; room < given.rooms; ++room)
    channels.push_back(prefix + std::to_string(room));
  return channels;
}

} // namespace

outcome<population> gather(const options& given) {
  rest_client rest{given.rest, given.timeout, given.authorities};
  auto tokens = !given.token_file.empty()   ? lines_of(given.token_file, "tokens")
                : !given.users_file.empty() ? tokens_of_file(rest, given.users_file)
                                            : tokens_of_new_users(rest, given);
  if (auto* failed = std::get_if<failure>(&tokens))
    return *failed;
  population found;
  found.tokens = std::get<std::vector<std::string>>(std::move(tokens));
  auto channels = gather_channels(rest, given, found.tokens);
  if (auto* failed = std::get_if<failure>(&channels))
    return *failed;
  found.channels = std::get<std::vector<std::string>>(std::move(channels));
  return found;
}

} // namespace callboard::load
