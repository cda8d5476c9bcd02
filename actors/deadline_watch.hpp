#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include "messages/errors.hpp"

namespace callboard {

/// Deadlines of an actor's requests, looked at by one timer instead of one each: CAF keeps every request's time-out in
/// a tree of one thread that all actors share, which at tens of thousands of requests a second is the largest single
/// cost of a message (decision 010). A request is given up between its deadline and a quarter of it later.
/// `self` gets a `Tick` while requests are under way, and calls `look` for it.
template <class Tick>
class deadline_watch {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// All requests that one watch keeps have the same deadline, so the oldest is always due first.
  explicit deadline_watch(caf::timespan deadline) : deadline_(deadline) {}

  /// Sends a request. Exactly one of `on_answer` and `on_error` is called, unless the actor ends before: an answer that
  /// comes after the deadline is dropped.
  template <class Result, class Self, class Actor, class Request, class OnAnswer, class OnError>
  void ask(Self self, const Actor& actor, Request&& request, OnAnswer on_answer, OnError on_error) {
    auto entry = std::make_shared<pending>(pending{self->clock().now() + deadline_, on_error, nullptr});
    drop_settled();
    (first_ ? last_->next : first_) = entry;
    last_ = entry.get();
    arm(self);
    self->request(actor, caf::infinite, std::forward<Request>(request))
        .then(
            [entry, on_answer = std::move(on_answer)](Result& result) mutable {
              if (std::exchange(entry->give_up, nullptr))
                on_answer(result);
            },
            [entry](caf::error& reason) {
              if (auto tell = std::exchange(entry->give_up, nullptr))
                tell(reason);
            });
  }

  /// Gives up on what is past its deadline.
  template <class Self>
  void look(Self self) {
    armed_ = false;
    auto now = self->clock().now();
    for (drop_settled(); first_ && first_->due <= now; drop_settled()) {
      auto reason = make_failure(errc::timeout, "no answer in time");
      std::exchange(first_->give_up, nullptr)(reason);
    }
    if (first_)
      arm(self);
  }

private:
  struct pending {
    time_point due;
    std::function<void(caf::error&)> give_up; // empty once the request is settled
    std::shared_ptr<pending> next;
  };

  void drop_settled() {
    while (first_ && !first_->give_up)
      first_ = std::exchange(first_->next, nullptr);
  }

  template <class Self>
  void arm(Self self) {
    if (!std::exchange(armed_, true))
      self->delayed_send(self, deadline_ / 4, Tick{});
  }

  caf::timespan deadline_;
  std::shared_ptr<pending> first_; // the oldest; a list without a node of its own, since most sessions are idle
  pending* last_ = nullptr;        // valid while `first_` is set
  bool armed_ = false;
};

} // namespace callboard
