#include "bin/callboard-cli/chat_room.hpp"
#include "bin/callboard-cli/command_line.hpp"
#include "bin/callboard-cli/commands.hpp"
#include "bin/callboard-cli/problems.hpp"
#include "bin/callboard-cli/utf8.hpp"

#include <charconv>

namespace callboard::cli {

namespace {

constexpr std::size_t longest_room_name = 80; // code points

result<std::int64_t> parse_chat_id(std::string_view word, const texts& say) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (error != std::errc{} || end != word.data() + word.size() || id <= 0)
    return failure{say(text_id::bad_chat_id, neutralise(word)), {}};
  return id;
}

// `user1, user2`; of an e-mail address only what stands before the @, as every member reads the name.
std::string name_from_members(const std::vector<std::string>& members) {
  std::string name;
  for (const auto& member_name : members)
    name += (name.empty() ? "" : ", ") + member_name.substr(0, member_name.find('@'));
  return std::string(first_code_points(name, longest_room_name));
}

} // namespace

asio::awaitable<result<void>> run_create_chat(command_context& context, std::vector<std::string> words) {
  const auto members = split_list(words[0]);
  if (members.empty())
    co_return failure{context.say(text_id::bad_member_list, neutralise(words[0])), {}};
  json::array member_names;
  for (const auto& name : members)
    member_names.emplace_back(name);
  json::object body;
  body["name"] = words.size() > 1 ? join_words(words, 1) : name_from_members(members);
  body["members"] = std::move(member_names);
  const auto answer = co_await context.user.call("POST", "/rooms", std::move(body), random_key());
  if (answer) {
    context.screen.print(context.say(text_id::chat_created, number_at(*answer, "id")));
    co_return result<void>();
  }
  failure error = answer.error();
  if (error.refusal && error.refusal->code == "unknown_members") {
    std::string unknown;
    for (const auto& name : unknown_members_of(*error.refusal, members))
      unknown += (unknown.empty() ? "" : ", ") + neutralise(name);
    if (!unknown.empty())
      error.text = context.say(text_id::unknown_members, unknown);
  }
  co_return error;
}

asio::awaitable<result<void>> run_send_message(command_context& context, std::vector<std::string> words) {
  const auto room_id = parse_chat_id(words[0], context.say);
  if (!room_id)
    co_return room_id.error();
  json::object body;
  body["text"] = join_words(words, 2);
  body["key"] = random_key();
  if (!context.user.user()->is(words[1]))
    body["as"] = words[1];
  const std::string target = "/rooms/" + std::to_string(*room_id) + "/messages";
  const auto answer = co_await context.user.call("POST", target, std::move(body));
  if (!answer)
    co_return answer.error();
  context.screen.print(context.say(text_id::message_sent, number_at(*answer, "offset")));
  co_return result<void>();
}

asio::awaitable<result<void>> run_connect(command_context& context, std::vector<std::string> words) {
  const auto room_id = parse_chat_id(words[0], context.say);
  if (!room_id)
    co_return room_id.error();
  chat_room room(context.executor, context.net, context.user, context.screen, *room_id);
  co_return co_await room.run();
}

asio::awaitable<result<void>> run_chats(command_context& context, std::vector<std::string>) {
  const auto rooms = co_await read_list(context.user, "/rooms");
  if (!rooms)
    co_return rooms.error();
  if (rooms->empty())
    context.screen.print(context.say(text_id::no_chats));
  for (const auto& room : *rooms) {
    std::string line = context.say(text_id::chat_line, number_at(room, "id"), neutralise(text_at(room, "name")),
                                   number_at(room, "member_count"));
    if (const auto unread = number_at(room, "unread"); unread > 0)
      line += context.say(text_id::chat_unread, unread);
    context.screen.print(line);
  }
  co_return result<void>();
}

} // namespace callboard::cli
