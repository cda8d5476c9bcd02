#include "adapters/sql/postgres/node_lock.hpp"

#include <algorithm>

namespace callboard::sql {
namespace {

using namespace std::chrono_literals;

// How soon the loss of the connection is noticed, beside what a ping finds.
constexpr auto glance_interval = 50ms;

// The first number is "clbn" in ASCII; the second keeps installations in schemas of one database apart.
constexpr std::string_view take_text = "SELECT pg_try_advisory_lock(1668047470, hashtext(current_schema()))";
constexpr std::string_view holder_text =
    "SELECT a.application_name || COALESCE(' at ' || host(a.client_addr), '') FROM pg_locks AS l "
    "JOIN pg_stat_activity AS a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid::bigint = 1668047470 AND l.objid::bigint = (hashtext(current_schema())::bigint & 4294967295)";

bool try_to_take(postgres_connection& db) {
  auto taken = select(db, take_text);
  return taken.next() && taken.get<bool>(0);
}

} // namespace

node_lock::result node_lock::take(connector connect, std::chrono::milliseconds ping_interval,
                                  std::function<void(bool)> changed) {
  auto connection = connect();
  if (!try_to_take(*connection)) {
    auto found = select(*connection, holder_text);
    return held{found.next() ? found.get<std::string>(0) : std::string{}};
  }
  return std::unique_ptr<node_lock>{
      new node_lock{std::move(connect), std::move(connection), ping_interval, std::move(changed)}};
}

node_lock::node_lock(connector connect, std::unique_ptr<postgres_connection> connection,
                     std::chrono::milliseconds ping_interval, std::function<void(bool)> changed)
    : connect_{std::move(connect)}, connection_{std::move(connection)},
      ping_interval_{ping_interval}, changed_{std::move(changed)}, thread_{[this] { watch(); }} {}

node_lock::~node_lock() {
  {
    std::lock_guard hold{mutex_};
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

bool node_lock::stopped_within(std::chrono::milliseconds time) {
  std::unique_lock hold{mutex_};
  return stop_.wait_for(hold, time, [this] { return stopping_; });
}

void node_lock::set_held(bool now_held) {
  held_ = now_held;
  if (changed_)
    changed_(now_held);
}

bool node_lock::is_answering() {
  try {
    select(*connection_, "SELECT 1").next();
    return true;
  } catch (const driver_error&) {
    return false;
  }
}

bool node_lock::take_again() {
  try {
    if (!connection_ || !connection_->is_alive()) {
      connection_.reset(); // what PostgreSQL may still think it holds goes with it
      connection_ = connect_();
    }
    return try_to_take(*connection_);
  } catch (const driver_error&) {
    // It is tried again for as long as this server runs; that it is down is seen by everybody who writes.
    connection_.reset();
    return false;
  }
}

void node_lock::watch() {
  auto next_question = std::chrono::steady_clock::now() + ping_interval_;
  while (!stopped_within(std::min(glance_interval, ping_interval_))) {
    auto now = std::chrono::steady_clock::now();
    auto lose = [&] {
      set_held(false);
      connection_.reset();
      next_question = now;
    };
    if (held_ && !connection_->is_alive())
      lose();
    if (now < next_question)
      continue;
    // Without a connection the pace is that of connecting again.
    if (!held_ && take_again())
      set_held(true);
    else if (held_ && !is_answering())
      lose();
    if (connection_)
      next_question = now + ping_interval_;
  }
}

} // namespace callboard::sql
