#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <caf/scoped_actor.hpp>

#include "bin/callboard/durations.hpp"
#include "bin/callboard/node_parts.hpp"

namespace callboard {
namespace {

constexpr std::chrono::milliseconds most_for_traces{2'000}; // that wait for their collector

} // namespace

void node::parts::end_and_wait(const caf::actor& each) {
  caf::scoped_actor self{*system};
  self->monitor(each);
  self->send_exit(each, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {}); // a stop has one deadline, which `ordered_stop` keeps
}

// Who asks ends before who is asked.
void node::parts::add_steps(ordered_stop& steps) {
  // The placement ends after the batches that its relays have under way.
  steps.add("the rooms and the outbox", [this] {
    news->set_placement({});
    end(vital, mirrors, auth, placement, feed, growth, watch);
  });
  steps.add("mail and passwords", [this] { end(notifier, mailer, revocation_watch, key_watch, hasher); });
  // The log writer ends when everything that was asked of it is committed.
  steps.add("the database", [this] {
    end(account_changes, profiles, bookkeeper, books, writer, connection, readers);
    edge.reset(); // its routes ask the store, and so do the figures
    metrics.reset();
    sources = {};
    store.reset();
  });
  steps.add("Redis", [this] {
    end(cache.actor);
    if (cache.redis)
      cache.redis->stop();
  });
  steps.add("Kafka", [this] { end(event_source, event_log, broker); });
  steps.add("the actors", [this] { system.reset(); });
  if (traces) // whoever could tell of spans has ended
    steps.add("traces", [this] { traces->stop(std::min(options.drain_timeout / 8, most_for_traces)); });
}

stop_outcome node::stop(const stop_hooks& hooks) {
  auto& my = *parts_;
  if (std::exchange(my.is_stopped, true))
    return stop_outcome::in_order;
  const auto whole = my.options.drain_timeout;
  const auto pause = my.edge ? my.options.drain_delay : whole.zero();
  auto log = [lines = my.news->log](http::severity level, const std::string& sentence) {
    if (lines)
      lines->on_event(level, sentence, {});
  };
  ordered_stop steps{ordered_stop::clock::now() + whole, [&](const std::string& left) {
                       log(http::severity::error,
                           "The " + print_duration(static_cast<std::uint64_t>(whole.count())) +
                               " of --drain-timeout have passed, and these have not ended: " + left + ".");
                       if (my.log)
                         my.log->flush();
                       hooks.too_late();
                     }};
  std::size_t cut = 0;
  if (my.edge) {
    if (pause > pause.zero())
      steps.add("a pause for load balancers", [&] {
        my.edge->withdraw();
        std::this_thread::sleep_for(pause);
      });
    // A quarter is left for what follows.
    steps.add("connections", [&] { cut = my.edge->drain((whole - pause) * 3 / 4); });
  }
  if (my.system)
    my.add_steps(steps);
  steps.run([&](const std::string& name) {
    log(http::severity::info, "Stopping: " + name + ".");
    hooks.step(name);
  });
  my.store.reset();
  if (cut > 0)
    log(http::severity::error, std::to_string(cut) + " connections had not ended in time and were cut.");
  if (my.log)
    my.log->flush();
  if (*my.stuck)
    return stop_outcome::stuck;
  return cut > 0 ? stop_outcome::cut : stop_outcome::in_order;
}

bool node::responds(std::chrono::milliseconds limit) {
  auto& my = *parts_;
  if (!my.edge->responds(limit / 2))
    return false;
  caf::scoped_actor self{*my.system};
  self->spawn<caf::monitored>([] {}); // ends as soon as a thread of the actors has time for it
  bool has_run = false;
  self->receive([&](const caf::down_msg&) { has_run = true; }, caf::after(limit / 2) >> [] {});
  return has_run;
}

} // namespace callboard
