#include "adapters/hasher/hasher.hpp"

#include <utility>
#include <variant>

namespace callboard::hashing {
namespace {

struct worker_state {
  static inline const char* name = "hasher_worker";
};

caf::error refusal(password::hash_error reason) {
  if (reason == password::hash_error::too_long)
    return make_failure(errc::validation_failed, {},
                        {{"/password", "too_long", "must have at most 72 bytes on this server"}});
  if (reason == password::hash_error::contains_nul)
    return make_failure(errc::validation_failed, {}, {{"/password", "characters", "must not hold NUL"}});
  return make_failure(errc::internal, "hashing failed: " + std::string{password::to_string(reason)});
}

// Blocks its own thread for as long as bcrypt takes.
hasher_actor::behavior_type worker(hasher_actor::stateful_pointer<worker_state>, password::hash_options options) {
  return {
      [options](const hash_password& request) -> caf::result<std::string> {
        auto made = password::hash_password(request.password, options);
        if (auto* reason = std::get_if<password::hash_error>(&made))
          return refusal(*reason);
        return std::move(std::get<std::string>(made));
      },
      [options](const check_password& request) -> caf::result<password_verdict> {
        auto stored = request.hash;
        if (stored.empty())
          stored = password::dummy_hash(options).value_or(std::string{});
        auto verdict = password::verify_password(request.password, stored, options);
        if (auto* reason = std::get_if<password::hash_error>(&verdict)) {
          // A password that no hash can be made of, or a hash of no known form, matches nothing.
          if (*reason == password::hash_error::failed)
            return refusal(*reason);
          return password_verdict{};
        }
        auto& known = std::get<password::verification>(verdict);
        return password_verdict{known.match && !request.hash.empty(), known.needs_upgrade};
      },
  };
}

} // namespace

hasher_state::hasher_state(hasher_actor::stateful_pointer<hasher_state> pointer) : self(pointer) {}

hasher_actor::behavior_type hasher_state::make_behavior(hasher_config settings) {
  config = std::move(settings);
  std::vector<hasher_actor> all;
  for (unsigned i = 0; i < std::max(1u, config.workers); ++i)
    all.push_back(self->spawn<caf::detached>(worker, config.hash));
  idle = all;
  self->set_exit_handler([this, all](const caf::exit_msg& message) {
    for (auto& each : all)
      self->send_exit(each, caf::exit_reason::user_shutdown);
    self->quit(message.reason);
  });
  return {
      [this](hash_password& request) { return take<hash_password, std::string>(request); },
      [this](check_password& request) { return take<check_password, password_verdict>(request); },
  };
}

template <class Request, class Answer>
caf::result<Answer> hasher_state::take(Request& request) {
  if (queue.size() >= config.max_queue)
    return make_failure(errc::overloaded, "too many log-ins at once");
  auto promise = self->make_response_promise<Answer>();
  queue.push_back(
      [this, promise, request = std::move(request)](const hasher_actor& worker, std::function<void()> free) mutable {
        self->request(worker, config.work_deadline, std::move(request))
            .then(
                [promise, free](Answer& answer) mutable {
                  promise.deliver(std::move(answer));
                  free();
                },
                [promise, free](caf::error& reason) mutable {
                  promise.deliver(std::move(reason));
                  free();
                });
      });
  next();
  return promise;
}

void hasher_state::next() {
  while (!idle.empty() && !queue.empty()) {
    auto worker = std::move(idle.back());
    idle.pop_back();
    auto work = std::move(queue.front());
    queue.pop_front();
    work(worker, [this, worker] {
      idle.push_back(worker);
      next();
    });
  }
}

hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self, hasher_config config) {
  return self->state.make_behavior(std::move(config));
}

} // namespace callboard::hashing
