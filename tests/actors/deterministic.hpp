#pragma once

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

#include "messages/messages.hpp"

namespace callboard::test {

using namespace std::chrono_literals;

/// An answer that may not have come yet.
template <class T>
class pending {
public:
  struct content {
    std::optional<T> value;
    caf::error error;
  };
  bool arrived() const { return box_->value.has_value() || box_->error; }
  /// The value; the test fails if there is none.
  const T& value() const {
    auto failure = to_string(code_of(box_->error));
    CAPTURE(failure);
    REQUIRE(box_->value.has_value());
    return *box_->value;
  }
  /// `errc::none` if it is a value, or nothing came yet.
  errc failure() const { return code_of(box_->error); }
  error_context context() const { return context_of(box_->error); }

  std::shared_ptr<content> box() const { return box_; }

private:
  std::shared_ptr<content> box_ = std::make_shared<content>();
};

/// An actor system whose messages run when the test says so, in virtual time. Actors are spawned by `start`, which
/// sends them an exit at the end: one that arms its own timer would keep the system from ending.
struct deterministic {
  caf::actor_system_config system_config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;

  static caf::actor_system_config& prepare(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("logger.inline-output", true);
    config.set("logger.console", caf::atom("none"));
    config.set("logger.file-verbosity", caf::atom("quiet"));
    return config;
  }

  deterministic()
      : system(prepare(system_config)), scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())) {
    scheduler.clock().current_time += 1h;
  }
  ~deterministic() {
    for (auto& each : started)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    advance(3s, 1s); // some take their time to end what is under way
    for (auto& each : started)
      caf::anon_send_exit(each, caf::exit_reason::kill);
    settle();
  }
  deterministic(const deterministic&) = delete;
  deterministic& operator=(const deterministic&) = delete;

  template <class Behaviour, class... Arguments>
  auto start(Behaviour behaviour, Arguments&&... arguments) {
    auto handle = system.spawn(behaviour, std::forward<Arguments>(arguments)...);
    started.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Runs everything that is waiting; no timer fires.
  void settle() {
    while (scheduler.try_run_once()) {
    }
  }

  /// Lets time pass in small steps, as timers arm themselves anew when they fire.
  void advance(std::chrono::milliseconds time, std::chrono::milliseconds step = 50ms) {
    settle();
    for (auto passed = 0ms; passed < time; passed += step) {
      scheduler.advance_time(std::min(step, time - passed));
      settle();
    }
  }

  /// Sends a request; its answer arrives whenever it comes.
  template <class Answer, class Handle, class Request>
  pending<Answer> ask(const Handle& target, Request request) {
    pending<Answer> answer;
    auto box = answer.box();
    system.spawn([box, target, request = std::move(request)](caf::event_based_actor* self) mutable {
      self->request(target, caf::infinite, std::move(request))
          .then([box](Answer& value) { box->value = std::move(value); },
                [box](caf::error& reason) { box->error = std::move(reason); });
    });
    settle();
    return answer;
  }

  template <class Handle, class Message>
  void send(const Handle& target, Message message) {
    caf::anon_send(target, std::move(message));
    settle();
  }

  template <class Handle>
  void stop(const Handle& target, caf::exit_reason reason = caf::exit_reason::user_shutdown) {
    caf::anon_send_exit(target, reason);
    settle();
  }

  std::vector<caf::actor> started;
};

} // namespace callboard::test
