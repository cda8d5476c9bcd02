#include "adapters/redis/client.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <boost/asio/post.hpp>

#include "adapters/crypto/uuid.hpp"

namespace callboard::redis {
namespace {

namespace asio = boost::asio;

connection_options with(const client_options& options) {
  connection_options result;
  result.where = options.where;
  result.connect_timeout = options.connect_timeout;
  result.command_timeout = options.command_timeout;
  result.first_pause = options.first_pause;
  result.longest_pause = options.longest_pause;
  return result;
}

} // namespace

client::client(client_options options)
    : options_(std::move(options)), instance_(crypto::make_uuid()), work_(loop_.get_executor()), beat_timer_(loop_),
      commands_(loop_, options_of_commands(), events_of_commands()), feed_(loop_, options_of_feed(), events_of_feed()) {
}

client::~client() {
  stop();
}

connection_options client::options_of_commands() const {
  auto result = with(options_);
  for (std::size_t i = 0; i < script_count; ++i)
    result.greeting.push_back({"SCRIPT", "LOAD", std::string{text_of(static_cast<script>(i))}});
  return result;
}

connection_options client::options_of_feed() const {
  auto result = with(options_);
  result.greeting.push_back({"SUBSCRIBE", channel()});
  result.greeting.push_back({"SUBSCRIBE", key("beat:" + instance_)});
  return result;
}

connection::events client::events_of_commands() {
  connection::events events;
  events.ready = [this](const std::vector<reply>& digests) {
    digests_.clear();
    for (auto& each : digests)
      digests_.push_back(each.text);
    ready_ = true;
    reached_anew_ = true;
    said_lost_ = false;
    if (options_.probe)
      options_.probe->redis.connected.set(1);
    report("Redis is reached");
    beat();
  };
  events.lost = [this](const std::string& reason) {
    ready_ = false;
    if (options_.probe)
      options_.probe->redis.connected.set(0);
    feed_.drop("with the commands"); // what it still says cannot be proven
    if (running_ && !std::exchange(said_lost_, true))
      report("Redis is away (" + reason + "); the store and this node's own counts take its place");
  };
  return events;
}

connection::events client::events_of_feed() {
  connection::events events;
  events.ready = [this](const std::vector<reply>&) {
    feed_ready_ = true;
    beats_heard_ = beats_sent_;
    for (auto& each : listeners_)
      each.feed_ready();
  };
  events.lost = [this](const std::string&) { feed_ready_ = false; };
  events.pushed = [this](const reply& message) { take_told(message); };
  return events;
}

void client::start() {
  running_ = true;
  asio::post(loop_, [this] {
    commands_.start();
    feed_.start();
    beat();
  });
  thread_ = std::thread{[this] { loop_.run(); }};
}

void client::stop() {
  if (!thread_.joinable())
    return;
  running_ = false;
  asio::post(loop_, [this] {
    beat_timer_.cancel();
    commands_.stop();
    feed_.stop();
    work_.reset();
  });
  thread_.join();
  // What was posted while the loop ended.
  loop_.restart();
  loop_.poll();
  ready_ = feed_ready_ = false;
}

void client::finish(result answer, const result_handler& then) {
  under_way_.fetch_sub(1);
  if (options_.probe)
    count(options_.probe->redis, answer.how);
  then(std::move(answer));
}

void client::send(command words, result_handler then) {
  if (under_way_.fetch_add(1) >= options_.max_under_way)
    return finish({outcome::busy, {}}, then);
  if (!ready_ || !running_)
    return finish({outcome::away, {}}, then);
  asio::post(loop_, [this, words = std::move(words), then = std::move(then)]() mutable {
    commands_.send(words, [this, then = std::move(then)](result answer) { finish(std::move(answer), then); });
  });
}

void client::run(script which, const std::vector<std::string>& keys, std::vector<std::string> arguments,
                 result_handler then) {
  if (under_way_.fetch_add(1) >= options_.max_under_way)
    return finish({outcome::busy, {}}, then);
  if (!ready_ || !running_)
    return finish({outcome::away, {}}, then);
  std::vector<std::string> full;
  full.reserve(keys.size());
  for (auto& each : keys)
    full.push_back(key(each));
  asio::post(loop_,
             [this, which, full = std::move(full), arguments = std::move(arguments), then = std::move(then)]() mutable {
               run_on_loop(which, std::move(full), std::move(arguments),
                           [this, then = std::move(then)](result answer) { finish(std::move(answer), then); });
             });
}

void client::run_on_loop(script which, std::vector<std::string> keys, std::vector<std::string> arguments,
                         result_handler then) {
  auto number = static_cast<std::size_t>(which);
  if (number >= digests_.size())
    return then({outcome::away, {}});
  command words{"EVALSHA", digests_[number], std::to_string(keys.size())};
  std::move(keys.begin(), keys.end(), std::back_inserter(words));
  std::move(arguments.begin(), arguments.end(), std::back_inserter(words));
  commands_.send(words, [this, then = std::move(then)](result answer) {
    // Somebody removed the scripts: the next connection brings them again.
    bool without_script = answer.how == outcome::refused && answer.value.text.starts_with("NOSCRIPT");
    then(std::move(answer));
    if (without_script)
      commands_.drop("it has lost the scripts");
  });
}

// Once in a while, and at once when Redis is reached: the answer shows that commands work, and the text comes back
// through the feed or the feed is dead.
void client::beat() {
  if (!running_)
    return; // it was due while the client was told to stop
  beat_timer_.expires_after(options_.beat);
  beat_timer_.async_wait([this](boost::system::error_code failure) {
    if (!failure)
      beat();
  });
  if (!commands_.ready())
    return;
  if (feed_.ready() && beats_heard_ + 1 < beats_sent_)
    feed_.drop("it is silent");
  ++beats_sent_;
  run_on_loop(script::beat, {key("marker")}, {key("beat:" + instance_), std::to_string(beats_sent_), unique_name()},
              [this](const result& answer) {
                if (options_.probe)
                  count(options_.probe->redis, answer.how);
                if (answer.how == outcome::ok)
                  take_beat(answer.value);
              });
}

void client::take_beat(const reply& marker) {
  bool lost_data = marker.text != std::exchange(marker_, marker.text);
  bool fresh = std::exchange(reached_anew_, false) || lost_data;
  for (auto& each : listeners_)
    each.beat(fresh);
}

void client::take_told(const reply& message) {
  bool is_message = message.type == reply::kind::list && message.items.size() == 3 &&
                    message.items[0].is_text("message") && message.items[2].type == reply::kind::text;
  if (!is_message)
    return feed_.drop("the feed is not understood");
  auto& text = message.items[2].text;
  if (message.items[1].is_text(channel())) {
    for (auto& each : listeners_)
      each.told(text);
    return;
  }
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  beats_heard_ = std::max(beats_heard_, std::min(number, beats_sent_));
}

std::string client::unique_name() {
  return instance_ + "-" + std::to_string(names_.fetch_add(1));
}

void client::report(const std::string& sentence) const {
  if (options_.report)
    options_.report(sentence);
}

} // namespace callboard::redis
