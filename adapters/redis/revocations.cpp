#include "adapters/redis/revocations.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace callboard::redis {
namespace {

constexpr const char* set_name = "revoked";
constexpr std::size_t most_sessions = 1'000'000;
constexpr std::size_t entries_of_command = 500;
constexpr std::size_t entries_of_page = 5'000;
/// A node whose clock runs behind may still hold tokens that have expired here.
constexpr std::chrono::minutes clock_difference{1};
/// Nothing is remembered for longer, whatever somebody wrote into Redis.
constexpr std::chrono::hours longest_memory{25};

std::string print(timestamp time) {
  return std::to_string(time.time_since_epoch().count());
}

std::optional<timestamp> read_time(std::string_view text) {
  timestamp::rep value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return timestamp{timestamp::duration{value}};
}

} // namespace

revocations::revocations(std::shared_ptr<client> redis, std::function<timestamp()> wall_clock)
    : redis_(std::move(redis)), wall_clock_(wall_clock), known_(std::move(wall_clock)) {
  client::listener listener;
  listener.feed_ready = [this] {
    to_read_ = true;
    if (redis_->ready())
      read("-inf", 0);
  };
  listener.beat = [this](bool fresh) {
    if (to_read_ && redis_->feed_ready())
      read("-inf", 0);
    if (to_repeat_.exchange(false) || fresh)
      repeat();
  };
  listener.told = [this](const std::string& text) { take_told(text); };
  redis_->listen(std::move(listener));
}

void revocations::revoke(callboard::session_id session, timestamp until) {
  bool is_new = !known_.is_revoked(session);
  known_.revoke(session, until);
  if (is_new)
    tell({{session, until}});
}

void revocations::tell(const entries& ended) {
  std::vector<std::string> arguments{redis_->channel(), std::to_string(most_sessions), print(wall_clock_())};
  for (auto& [session, until] : ended) {
    arguments.push_back(print(until));
    arguments.push_back(to_string(session));
  }
  redis_->run(script::revoke, {set_name}, std::move(arguments), [this](const result& answer) {
    if (answer.how != outcome::ok)
      to_repeat_ = true;
  });
}

void revocations::repeat() {
  auto all = known_.all();
  for (std::size_t i = 0; i < all.size(); i += entries_of_command) {
    auto first = all.begin() + static_cast<std::ptrdiff_t>(i);
    auto last = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), i + entries_of_command));
    tell({first, last});
  }
}

// Page by page. Entries that go while it is read shift the pages, so each begins with the end of the one before.
void revocations::read(const std::string& from, std::size_t offset) {
  to_read_ = false;
  auto begin = from == "-inf" ? print(wall_clock_() - clock_difference) : from;
  redis_->send({"ZRANGEBYSCORE", redis_->key(set_name), begin, "+inf", "WITHSCORES", "LIMIT", std::to_string(offset),
                std::to_string(entries_of_page)},
               [this, begin, offset](const result& answer) { take_page(answer, begin, offset); });
}

void revocations::take_page(const result& answer, const std::string& from, std::size_t offset) {
  if (answer.how != outcome::ok || answer.value.type != reply::kind::list) {
    to_read_ = true;
    return;
  }
  auto& items = answer.value.items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    auto session = parse_uuid(items[i].text);
    auto until = read_time(items[i + 1].text);
    if (session && until)
      known_.revoke(*session, std::min(*until, wall_clock_() + longest_memory));
  }
  if (items.size() < 2 * entries_of_page)
    return;
  auto& last = items.back().text;
  if (last == from)
    read(from, offset + entries_of_page);
  else
    read(last, 0);
}

void revocations::take_told(const std::string& text) {
  std::string_view rest{text};
  while (!rest.empty()) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    auto space = line.find(' ');
    if (space == std::string_view::npos)
      continue;
    auto until = read_time(line.substr(0, space));
    auto session = parse_uuid(line.substr(space + 1));
    if (session && until)
      known_.revoke(*session, std::min(*until, wall_clock_() + longest_memory));
  }
}

} // namespace callboard::redis
