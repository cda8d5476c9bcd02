#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callboard {

/// A count that many threads raise and one reads at scrape time. Relaxed: the figures need no order among themselves.
class counter {
public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// A level that rises and falls.
class gauge {
public:
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::int64_t> value_{0};
};

/// A histogram over powers of two: bucket i counts values up to 2^i.
template <std::size_t Buckets>
class power_histogram {
public:
  void observe(std::uint64_t value, std::uint64_t times = 1) {
    std::size_t i = 0;
    while (i + 1 < Buckets && (std::uint64_t{1} << i) < value)
      ++i;
    counts_[i].add(times);
    sum_.add(value * times);
  }
  static constexpr std::size_t buckets() { return Buckets; }
  std::uint64_t count(std::size_t i) const { return counts_[i].value(); }
  std::uint64_t sum() const { return sum_.value(); }

private:
  std::array<counter, Buckets> counts_;
  counter sum_;
};

/// The greatest of the levels that were noted lately, in the present window of time or the one before it.
class peak {
public:
  void note(std::uint64_t level) {
    auto known = present_.load(std::memory_order_relaxed);
    while (known < level && !present_.compare_exchange_weak(known, level, std::memory_order_relaxed)) {
    }
  }
  /// `now`: seconds of any clock that does not go back. Windows turn when somebody reads.
  std::uint64_t read(std::int64_t now) {
    auto turned = turned_.load(std::memory_order_relaxed);
    if (now - turned >= window_seconds && turned_.compare_exchange_strong(turned, now))
      past_.store(present_.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
    return std::max(past_.load(std::memory_order_relaxed), present_.load(std::memory_order_relaxed));
  }
  static constexpr std::int64_t window_seconds = 15;

private:
  std::atomic<std::uint64_t> present_{0}, past_{0};
  std::atomic<std::int64_t> turned_{0};
};

/// Actors whose mailboxes are watched; kinds of which there are many are taken together.
enum class mailbox_kind : std::uint8_t { log_writer, auth, placement, partition, room, room_mirror, session, user };
inline constexpr std::size_t mailbox_kinds = 8;
inline constexpr std::array<std::string_view, mailbox_kinds> mailbox_names{
    "log_writer", "auth", "placement", "partition", "room", "room_mirror", "session", "user"};

/// Partitions of which a node can tell the epoch.
inline constexpr std::size_t most_told_partitions = 256;

/// Requests to a system outside, by how they ended.
struct dependency_probe {
  counter ok;
  counter refused; // answered with an error
  counter timeout; // not answered in time
  counter lost;    // the connection ended before the answer
  counter away;    // not sent: there is no connection
  counter busy;    // not sent: too many are under way
  gauge connected; // 1 while it can be asked
};

/// Look-ups of a cache.
struct cache_probe {
  counter hits, misses;
};

/// The pool that hashes passwords.
struct hasher_probe {
  counter real, dummy, made;        // verifications of an account's hash, of a made-up one, new hashes
  counter full, crowded, displaced; // refused: the queue's bound, that of one source and name, for somebody else's sake
  counter hopeless;                 // refused: their turn would come too late
  counter late;                     // dropped before they began
  gauge waiting, busy;
};

/// What the actors of a node count; exposed by `/metrics`.
struct node_probe {
  gauge rooms, users, reminders, mirrors, sessions, subscriptions, partitions;
  std::array<gauge, most_told_partitions> epochs; // of the partitions that are owned; 0: not owned
  counter partitions_taken, partitions_lost;      // since the start; the first time that a node takes them counts too
  std::array<peak, mailbox_kinds> mailboxes;
  counter messages_committed, deliveries, passivated;
  gauge messages_under_way, messages_limit;                // how many are, and how many may be
  counter messages_refused;                                // at the door, for the sake of those under way
  counter events_published, events_dead, publish_failures; // a failure is one of a batch, which is tried again
  gauge outbox_rows, outbox_oldest_age_ms;
  counter outbox_refusals; // writes refused because the outbox is full
  counter logins_ok, registers_ok, refreshes_ok;
  counter logins_bad_credentials, logins_locked, logins_disabled, logins_overloaded;
  counter registers_invalid, registers_conflict, registers_failed;
  counter refreshes_invalid, refreshes_reused;
  counter key_failures; // the store's signing keys could not be read or used
  counter reminders_fired;
  counter analytics_counted, analytics_repeated;       // events; those that were counted before
  counter analytics_failures;                          // batches that were not counted, and are tried again
  counter spans_exported, spans_dropped, spans_failed; // taken by the collector; no room for them; not taken by it
  dependency_probe postgres, redis, kafka, smtp;       // those that the node uses
  hasher_probe hasher;
  cache_probe profiles, directory;
  power_histogram<20> batch_operations; // operations of a commit
  power_histogram<24> commit_microseconds;
  power_histogram<24> delivery_ms; // of an event of a room, from its transaction until connections are handed it
  power_histogram<26> publish_microseconds; // of a batch, from the relay's request to the log's answer
  power_histogram<32> reminder_lateness_ms;
  power_histogram<32> analytics_lag_ms; // of the last event of a batch, when it is counted
};

} // namespace callboard
