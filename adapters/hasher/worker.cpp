#include "adapters/hasher/worker.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace callboard::hashing {
namespace {

// A third of the weight of a thread that serves: enough to go on beside a busy server.
constexpr int low_priority = 5;

/// Of the calling thread: in Linux both are a thread's own. Where it is not allowed, hashing goes on as it is.
void lower_priority() {
  sched_param none{};
  ::sched_setscheduler(0, SCHED_BATCH, &none);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), low_priority);
}

caf::error refusal(password::hash_error reason) {
  if (reason == password::hash_error::too_long)
    return make_failure(errc::validation_failed, {},
                        {{"/password", "too_long", "must have at most 72 bytes on this server"}});
  if (reason == password::hash_error::contains_nul)
    return make_failure(errc::validation_failed, {}, {{"/password", "characters", "must not hold NUL"}});
  return make_failure(errc::internal, "hashing failed: " + std::string{password::to_string(reason)});
}

caf::result<std::string> hash(const hash_password& request, const password::hash_options& options) {
  auto made = password::hash_password(request.password.reveal(), options);
  if (auto* reason = std::get_if<password::hash_error>(&made))
    return refusal(*reason);
  return std::move(std::get<std::string>(made));
}

caf::result<password_verdict> check(const check_password& request, const password::hash_options& options) {
  bool dummy = request.dummy || request.hash.empty();
  auto stored = dummy ? password::dummy_hash_like(request.hash, options).value_or(std::string{}) : request.hash;
  auto verdict = password::verify_password(request.password.reveal(), stored, options);
  if (auto* reason = std::get_if<password::hash_error>(&verdict)) {
    // A password that no hash can be made of, or a hash of no known form, matches nothing.
    if (*reason == password::hash_error::failed)
      return refusal(*reason);
    return password_verdict{};
  }
  auto& known = std::get<password::verification>(verdict);
  return password_verdict{known.match && !dummy, known.needs_upgrade && !dummy};
}

} // namespace

caf::error too_busy() {
  return make_failure(errc::overloaded, "too many log-ins at once");
}

hasher_actor::behavior_type worker(hasher_actor::stateful_pointer<worker_state> self, password::hash_options options,
                                   std::shared_ptr<node_probe> probe) {
  auto may_begin = [self, probe](const hashing_turn& turn) {
    if (!std::exchange(self->state.has_low_priority, true))
      lower_priority();
    bool in_time = self->clock().now() < turn.begin_by;
    if (!in_time)
      probe->hasher.late.add();
    return in_time;
  };
  return {
      [options, probe, may_begin](const hash_password& request) -> caf::result<std::string> {
        if (!may_begin(request.turn))
          return too_busy();
        probe->hasher.made.add();
        return hash(request, options);
      },
      [options, probe, may_begin](const check_password& request) -> caf::result<password_verdict> {
        if (!may_begin(request.turn))
          return too_busy();
        (request.dummy || request.hash.empty() ? probe->hasher.dummy : probe->hasher.real).add();
        return check(request, options);
      },
  };
}

} // namespace callboard::hashing
