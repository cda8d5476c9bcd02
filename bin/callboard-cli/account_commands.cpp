#include "bin/callboard-cli/commands.hpp"

#include "bin/callboard-cli/utf8.hpp"

namespace callboard::cli {

namespace {

// The password in `words` at `index`, or asked for at a terminal, twice if it is a new one.
asio::awaitable<result<std::string>> get_password(command_context& context, const std::vector<std::string>& words,
                                                  std::size_t index, text_id usage, bool is_new) {
  if (words.size() > index)
    co_return words[index];
  const texts& say = context.say;
  if (!context.screen.interactive())
    co_return failure{say(text_id::password_missing, say(usage)), {}};
  const input first = co_await context.screen.read_secret(std::string(say(text_id::password_prompt)));
  if (first.what != input::kind::line || first.text.empty())
    co_return failure{say(text_id::password_missing, say(usage)), {}};
  if (is_new) {
    const input second = co_await context.screen.read_secret(std::string(say(text_id::password_again_prompt)));
    if (second.what != input::kind::line || second.text != first.text)
      co_return failure{std::string(say(text_id::passwords_differ)), {}};
  }
  if (!is_utf8(first.text))
    co_return failure{std::string(say(text_id::not_utf8)), {}};
  co_return first.text;
}

} // namespace

asio::awaitable<result<void>> run_register(command_context& context, std::vector<std::string> words) {
  const auto password = co_await get_password(context, words, 2, text_id::usage_register, true);
  if (!password)
    co_return password.error();
  json::object body;
  body["username"] = words[0];
  body["email"] = words[1];
  body["password"] = *password;
  const auto answer = co_await context.user.call("POST", "/auth/register", std::move(body));
  if (!answer)
    co_return answer.error();
  const json::value& wrapped = member(*answer, "user");
  const json::value& user = wrapped.is_object() ? wrapped : *answer;
  context.screen.print(context.say(text_id::registered, neutralise(text_at(user, "username")), number_at(user, "id")));
  co_return result<void>();
}

asio::awaitable<result<void>> run_login(command_context& context, std::vector<std::string> words) {
  const auto password = co_await get_password(context, words, 1, text_id::usage_login, false);
  if (!password)
    co_return password.error();
  const auto done = co_await context.user.log_in(words[0], *password);
  if (!done)
    co_return done.error();
  context.screen.print(context.say(text_id::logged_in, neutralise(context.user.user()->username)));
  co_return result<void>();
}

asio::awaitable<result<void>> run_logout(command_context& context, std::vector<std::string>) {
  const auto done = co_await context.user.log_out();
  if (!done)
    co_return done.error();
  context.screen.print(context.say(text_id::logged_out));
  co_return result<void>();
}

} // namespace callboard::cli
