#include "adapters/hasher/hasher.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "adapters/hasher/worker.hpp"

namespace callboard::hashing {

hasher_state::hasher_state(hasher_actor::stateful_pointer<hasher_state> pointer) : self(pointer) {}

hasher_actor::behavior_type hasher_state::make_behavior(hasher_config settings) {
  config = std::move(settings);
  queue = fair_queue<task>{config.max_queue, config.max_of_name};
  std::vector<hasher_actor> all;
  for (unsigned i = 0; i < std::max(1u, config.workers); ++i)
    all.push_back(self->spawn<caf::detached>(worker, config.hash, config.probe));
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
  auto promise = self->make_response_promise<Answer>();
  auto source = request.turn.source;
  auto name_of_turn = request.turn.name;
  task mine;
  mine.begin_by = request.turn.begin_by;
  mine.refuse = [promise]() mutable { promise.deliver(too_busy()); };
  if (is_hopeless(source, name_of_turn, mine.begin_by)) {
    drop(mine, config.probe->hasher.hopeless);
    return promise;
  }
  mine.begin = [this, promise, request = std::move(request)](const hasher_actor& worker) mutable {
    self->request(worker, config.work_deadline, std::move(request))
        .then(
            [this, promise, worker, began = self->clock().now()](Answer& answer) mutable {
              constexpr double weight = 0.1; // of the latest
              std::chrono::duration<double> took = self->clock().now() - began;
              time_of_one = time_of_one.count() == 0 ? took : time_of_one + weight * (took - time_of_one);
              promise.deliver(std::move(answer));
              release(worker);
            },
            // A worker that took too long is given the next task all the same: what waits behind it in its mailbox is
            // looked at when it gets there.
            [this, promise, worker](caf::error& reason) mutable {
              promise.deliver(std::move(reason));
              release(worker);
            });
  };
  std::optional<task> displaced;
  auto admitted = queue.push(source, name_of_turn, mine, displaced);
  auto& counts = config.probe->hasher;
  if (displaced)
    drop(*displaced, counts.displaced);
  if (admitted != fair_queue<task>::admission::taken)
    drop(mine, admitted == fair_queue<task>::admission::full ? counts.full : counts.crowded);
  next();
  return promise;
}

bool hasher_state::is_hopeless(const std::string& source, const std::string& name_of_turn,
                               std::chrono::steady_clock::time_point begin_by) const {
  if (begin_by == std::chrono::steady_clock::time_point::max() || queue.empty())
    return false;
  auto wait = time_of_one * static_cast<double>(queue.ahead_of(source, name_of_turn)) / std::max(1u, config.workers);
  return wait > begin_by - self->clock().now();
}

void hasher_state::drop(const task& unlucky, counter& reason) {
  reason.add();
  unlucky.refuse();
}

void hasher_state::release(const hasher_actor& worker) {
  idle.push_back(worker);
  next();
}

void hasher_state::next() {
  while (!idle.empty() && !queue.empty()) {
    auto first = queue.pop();
    if (self->clock().now() >= first.begin_by) {
      drop(first, config.probe->hasher.late);
      continue;
    }
    auto worker = std::move(idle.back());
    idle.pop_back();
    first.begin(worker);
  }
  config.probe->hasher.waiting.set(static_cast<std::int64_t>(queue.size()));
  config.probe->hasher.busy.set(static_cast<std::int64_t>(std::max(1u, config.workers) - idle.size()));
}

hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self, hasher_config config) {
  return self->state.make_behavior(std::move(config));
}

} // namespace callboard::hashing
