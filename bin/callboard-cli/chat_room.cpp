#include "bin/callboard-cli/chat_room.hpp"

#include "bin/callboard-cli/chat_lines.hpp"
#include "bin/callboard-cli/utf8.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace callboard::cli {

namespace {

using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

constexpr unsigned history_length = 50;
constexpr std::size_t most_waiting_lines = 64; // input is not read while so many wait for their confirmation
constexpr auto progress_interval = 20ms;
constexpr auto settle_deadline = 30s; // for lines typed before the input ended

} // namespace

chat_room::chat_room(asio::any_io_executor executor, network& net, session& user, console& screen, std::int64_t room_id)
    : net_(net), user_(user), screen_(screen), say_(net.say()), room_id_(room_id), talk_(room_id, 0, {}),
      link_(executor, net, user, talk_, make_observer()), progress_(executor) {}

room_link::observer chat_room::make_observer() {
  return {[this](const occurrence& happened) { show(happened); },
          [this](const std::string& reason) { screen_.complain(say_(text_id::connection_lost, reason)); },
          [this] { screen_.complain(say_(text_id::connection_restored)); }};
}

asio::awaitable<result<void>> chat_room::run() {
  auto shown = co_await show_history();
  if (!shown)
    co_return shown;
  if (screen_.interactive())
    screen_.print(screen_.output_colours().faint(say_(text_id::chat_hint, room_id_)));
  auto ended = co_await (take_input() || link_.run());
  if (ended.index() == 1)
    co_return std::move(std::get<1>(ended));
  result<void> outcome = std::move(std::get<0>(ended));
  if (outcome && any_refused_)
    outcome = failure{};
  co_return outcome;
}

asio::awaitable<result<void>> chat_room::show_history() {
  const std::string target = "/rooms/" + std::to_string(room_id_) + "/messages?limit=" + std::to_string(history_length);
  const auto page = co_await user_.call("GET", target);
  if (!page)
    co_return page.error();
  std::int64_t offset = 0;
  for (const auto& event : array_at(*page, "items")) {
    offset = number_at(event, "offset");
    show(chat_line(event, say_, screen_.output_colours()));
  }
  if (offset == 0)
    offset = number_at(*page, "last_offset");
  talk_ = conversation(room_id_, offset, text_at(*page, "epoch"));
  co_return result<void>();
}

asio::awaitable<result<void>> chat_room::take_input() {
  const std::string prompt = '#' + std::to_string(room_id_) + "> ";
  while (true) {
    while (talk_.unacknowledged() >= most_waiting_lines) {
      progress_.expires_after(progress_interval);
      co_await progress_.async_wait(as_values);
    }
    input typed = co_await screen_.read_line(prompt, true);
    if (typed.what == input::kind::interruption)
      co_return result<void>();
    if (typed.what == input::kind::end || typed.text == "/leave")
      co_return co_await wait_until_settled();
    if (typed.what == input::kind::too_long)
      refuse(say_(text_id::line_too_long, longest_line));
    else if (!typed.text.empty())
      type(std::move(typed.text));
  }
}

void chat_room::type(std::string text) {
  if (!is_utf8(text)) {
    refuse(std::string(say_(text_id::not_utf8)));
    return;
  }
  if (text.starts_with("//")) {
    text.erase(0, 1);
  } else if (text.starts_with('/')) {
    refuse(say_(text_id::chat_unknown_slash, neutralise(text)));
    return;
  }
  talk_.type(std::move(text), random_key());
  link_.wake();
}

asio::awaitable<result<void>> chat_room::wait_until_settled() {
  const auto deadline = std::chrono::steady_clock::now() + settle_deadline;
  while (!talk_.settled() && std::chrono::steady_clock::now() < deadline) {
    progress_.expires_after(progress_interval);
    co_await progress_.async_wait(as_values);
  }
  if (!talk_.settled())
    co_return failure{say_(text_id::lines_unconfirmed, std::max<std::size_t>(talk_.unacknowledged(), 1)), {}};
  co_return result<void>();
}

void chat_room::refuse(const std::string& why) {
  screen_.complain(why);
  any_refused_ = true;
}

void chat_room::show(const std::optional<std::string>& line) {
  if (line)
    screen_.print(*line);
}

void chat_room::show(const occurrence& happened) {
  const colours& paint = screen_.output_colours();
  if (happened.what == occurrence::kind::event)
    show(chat_line(happened.event, say_, paint));
  else if (happened.what == occurrence::kind::personal)
    show(personal_line(happened.event, say_, paint));
  else if (happened.what == occurrence::kind::history_replaced)
    screen_.complain(say_(text_id::history_replaced));
  else if (happened.what == occurrence::kind::line_refused)
    refuse(say_(text_id::line_refused, neutralise(happened.line), neutralise(happened.text)));
}

} // namespace callboard::cli
