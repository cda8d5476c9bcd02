#include "bin/callboard-cli/room_link.hpp"

#include "bin/callboard-cli/utf8.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

namespace callboard::cli {

namespace {

using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

constexpr auto tick = 500ms; // how late a deadline may be noticed
constexpr auto grace_for_pings = 10s;
// Close codes (docs/protocol.md, section 1): from the first to the last the client does not come back, except that
// an invalid token may be one that expired on the way.
constexpr unsigned close_invalid_token = 3500;
constexpr unsigned close_final_last = 3999;

} // namespace

room_link::room_link(asio::any_io_executor executor, network& net, session& user, conversation& talk, observer watcher)
    : executor_(executor), net_(net), user_(user), talk_(talk), watcher_(std::move(watcher)), changed_(executor),
      random_(std::random_device{}()) {}

asio::awaitable<failure> room_link::run() {
  while (true) {
    const ending ended = co_await connect_once();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      co_return failure{}; // the user has left
    talk_.close();
    if (ended.final)
      co_return failure{ended.reason, {}};
    if (!lost_)
      watcher_.lost(ended.reason);
    lost_ = true;
    asio::steady_timer pause(executor_, random_delay());
    co_await pause.async_wait(as_values);
  }
}

std::chrono::milliseconds room_link::random_delay() {
  return delays_.next(std::uniform_real_distribution(0.0, 1.0)(random_));
}

asio::awaitable<room_link::ending> room_link::connect_once() {
  if (token_expired_) {
    const auto renewed = co_await user_.refresh();
    if (!renewed)
      co_return ending{!user_.user().has_value(), renewed.error().text};
    token_expired_ = false;
    token_renewed_ = true;
  }
  auto opened = co_await open_websocket(net_, "/connection/websocket");
  if (!opened)
    co_return ending{false, opened.error().text};
  websocket_connection& socket = **opened;
  talk_.open(user_.access_token());
  last_heard_ = clock::now();
  awaited_reply_ = 0;
  renewal_due_.reset();
  resend_due_.reset();
  auto ended = co_await (receive_frames(socket) || send_frames(socket));
  co_await socket.close();
  co_return ended.index() == 0 ? std::move(std::get<0>(ended)) : std::move(std::get<1>(ended));
}

asio::awaitable<room_link::ending> room_link::receive_frames(websocket_connection& socket) {
  while (true) {
    const auto frame = co_await socket.receive();
    if (!frame) {
      const unsigned code = socket.close_code();
      const bool invalid_token = code == close_invalid_token && !token_renewed_;
      token_expired_ = token_expired_ || invalid_token;
      const bool final = code >= close_invalid_token && code <= close_final_last && !invalid_token;
      co_return ending{final, frame.error().text};
    }
    last_heard_ = clock::now();
    for (const auto& happened : talk_.receive(*frame))
      if (const auto ended = act_on(happened))
        co_return *ended;
    wake();
  }
}

std::optional<room_link::ending> room_link::act_on(const occurrence& happened) {
  using kind = occurrence::kind;
  const texts& say = net_.say();
  switch (happened.what) {
  case kind::joined:
    delays_.reset();
    token_renewed_ = false;
    if (std::exchange(lost_, false))
      watcher_.restored();
    return std::nullopt;
  case kind::token_expired:
    token_expired_ = true;
    return ending{token_renewed_, neutralise(happened.text)};
  case kind::token_life:
    renewal_due_ = clock::now() + std::chrono::seconds(happened.seconds);
    return std::nullopt;
  case kind::send_later:
    resend_due_ = clock::now() + random_delay();
    return std::nullopt;
  case kind::gap:
    return ending{false, std::string(say(text_id::events_missed))};
  case kind::reconnect:
    return ending{false, happened.text.empty() ? net_.senseless().text : neutralise(happened.text)};
  case kind::removed:
    return ending{true, std::string(say(text_id::removed_from_chat))};
  case kind::refused:
    return ending{true, say(text_id::chat_refused, neutralise(happened.text))};
  case kind::history_replaced:
  case kind::event:
  case kind::personal:
  case kind::line_refused:
    watcher_.happened(happened);
    return std::nullopt;
  }
  return std::nullopt;
}

asio::awaitable<room_link::ending> room_link::send_frames(websocket_connection& socket) {
  while (true) {
    if (resend_due_ && clock::now() >= *resend_due_) {
      resend_due_.reset();
      talk_.send_next();
    }
    if (renewal_due_ && clock::now() >= *renewal_due_)
      if (const auto ended = co_await renew_token())
        co_return *ended;
    for (auto& frame : talk_.take_frames()) {
      const auto sent = co_await socket.send(std::move(frame));
      if (!sent)
        co_return ending{false, sent.error().text};
    }
    if (const auto ended = check_deadlines())
      co_return *ended;
    if (talk_.has_frames())
      continue;
    changed_.expires_after(tick);
    co_await changed_.async_wait(as_values);
  }
}

asio::awaitable<std::optional<room_link::ending>> room_link::renew_token() {
  renewal_due_.reset();
  const auto renewed = co_await user_.refresh();
  if (renewed) {
    talk_.refresh(user_.access_token());
    co_return std::nullopt;
  }
  if (!user_.user())
    co_return ending{true, renewed.error().text};
  renewal_due_ = clock::now() + random_delay();
  co_return std::nullopt;
}

std::optional<room_link::ending> room_link::check_deadlines() {
  const auto now = clock::now();
  if (std::exchange(awaited_reply_, talk_.awaited_reply()) != talk_.awaited_reply())
    reply_due_ = now + request_deadline;
  const bool reply_late = awaited_reply_ != 0 && now >= reply_due_;
  const auto ping_due = last_heard_ + std::chrono::seconds(talk_.ping_interval()) + grace_for_pings;
  const bool silent = talk_.ping_interval() > 0 && now >= ping_due;
  if (reply_late || silent)
    return ending{false, net_.broken(beast::error::timeout).text};
  return std::nullopt;
}

} // namespace callboard::cli
