#include "adapters/sql/actors.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

namespace callboard::sql {
namespace {

/// A refusal is an answer too. `failure` is none if there was no error.
void count(dependency_probe* probe, std::optional<errc> failure) {
  if (probe == nullptr)
    return;
  if (failure == errc::unavailable)
    probe->lost.add();
  else if (failure == errc::timeout)
    probe->timeout.add();
  else if (failure == errc::internal || failure == errc::storage_full)
    probe->refused.add();
  else
    probe->ok.add();
}

struct write_connection_state {
  std::shared_ptr<write_executor> executor;
  std::shared_ptr<dependency_probe> probe;
  std::shared_ptr<const void> keep_alive;
  static inline const char* name = "write_connection";
};

write_connection_actor::behavior_type
write_connection(write_connection_actor::stateful_pointer<write_connection_state> self,
                 std::shared_ptr<write_executor> executor, std::shared_ptr<const void> keep_alive,
                 std::shared_ptr<dependency_probe> probe) {
  self->state.executor = std::move(executor);
  self->state.keep_alive = std::move(keep_alive);
  self->state.probe = std::move(probe);
  return {
      [self](const write_batch_ptr& batch) -> caf::result<write_answers_ptr> {
        auto answers = self->state.executor->execute(*batch);
        count(self->state.probe.get(), answers ? std::nullopt : std::optional{code_of(answers.error())});
        if (!answers)
          return std::move(answers.error());
        return std::make_shared<write_answers>(std::move(*answers));
      },
  };
}

/// Queries that a reader has not answered yet; counted up by the pool, down by the reader.
using load = std::shared_ptr<std::atomic<unsigned>>;

struct reader_state {
  std::shared_ptr<query_executor> executor;
  std::shared_ptr<const void> keep_alive;
  load waiting;
  std::shared_ptr<dependency_probe> probe;
  static inline const char* name = "store_reader";

  template <class Query>
  caf::result<typename Query::result> answer(const Query& question) {
    auto result = executor->ask(question);
    waiting->fetch_sub(1);
    count(probe.get(), result ? std::nullopt : std::optional{code_of(result.error())});
    if (!result)
      return std::move(result.error());
    return std::move(*result);
  }
};

struct pooled_reader {
  store_actor actor;
  load waiting;
};

struct pool_state {
  std::vector<pooled_reader> readers;
  std::size_t alive = 0; // of them
  unsigned queue = 0;
  caf::error reason; // why it ends
  static inline const char* name = "store";

  /// The least busy reader, unless its queue is full.
  pooled_reader* choose() {
    auto by_load = [](const pooled_reader& a, const pooled_reader& b) { return *a.waiting < *b.waiting; };
    auto found = std::min_element(readers.begin(), readers.end(), by_load);
    return found != readers.end() && *found->waiting < queue ? &*found : nullptr;
  }
};

template <class Queries>
struct behaviors;

template <class... Queries>
struct behaviors<std::variant<Queries...>> {
  static store_actor::behavior_type of_reader(store_actor::stateful_pointer<reader_state> self) {
    return {[self](const Queries& question) -> caf::result<typename Queries::result> {
      return self->state.answer(question);
    }...};
  }

  static store_actor::behavior_type of_pool(store_actor::stateful_pointer<pool_state> self) {
    return {[self](Queries& question) -> caf::result<typename Queries::result> {
      auto* reader = self->state.choose();
      if (!reader)
        return make_failure(errc::overloaded, "Too many queries wait for the store.");
      reader->waiting->fetch_add(1);
      return self->delegate(reader->actor, std::move(question));
    }...};
  }
};

store_actor::behavior_type reader(store_actor::stateful_pointer<reader_state> self,
                                  std::shared_ptr<query_executor> executor, std::shared_ptr<const void> keep_alive,
                                  load waiting, std::shared_ptr<dependency_probe> probe) {
  self->state.executor = std::move(executor);
  self->state.keep_alive = std::move(keep_alive);
  self->state.waiting = std::move(waiting);
  self->state.probe = std::move(probe);
  return behaviors<query>::of_reader(self);
}

store_actor::behavior_type reader_pool(store_actor::stateful_pointer<pool_state> self,
                                       std::vector<pooled_reader> readers, unsigned queue) {
  self->state.readers = std::move(readers);
  self->state.alive = self->state.readers.size();
  self->state.queue = queue;
  // The readers end with the pool, for whatever reason it ends; it has ended when they have closed their connections.
  for (auto& each : self->state.readers) {
    self->link_to(each.actor);
    self->monitor(each.actor);
  }
  self->set_down_handler([self](const caf::down_msg&) {
    if (--self->state.alive == 0)
      self->quit(self->state.reason);
  });
  self->set_exit_handler([self](caf::exit_msg& message) {
    for (auto& each : self->state.readers)
      self->send_exit(each.actor, caf::exit_reason::user_shutdown);
    if (!self->state.reason)
      self->state.reason = std::move(message.reason);
  });
  return behaviors<query>::of_pool(self);
}

} // namespace

write_connection_actor spawn_write_connection(caf::actor_system& system, std::shared_ptr<write_executor> executor,
                                              std::shared_ptr<const void> keep_alive,
                                              std::shared_ptr<dependency_probe> probe) {
  return system.spawn<caf::detached>(write_connection, std::move(executor), std::move(keep_alive), std::move(probe));
}

store_actor spawn_reader_pool(caf::actor_system& system, reader_pool_options options,
                              const std::function<std::shared_ptr<query_executor>()>& make_executor,
                              std::shared_ptr<const void> keep_alive, std::shared_ptr<dependency_probe> probe) {
  std::vector<pooled_reader> readers;
  for (unsigned i = 0; i < std::max(1u, options.readers); ++i) {
    auto waiting = std::make_shared<std::atomic<unsigned>>(0u);
    readers.push_back({system.spawn<caf::detached>(reader, make_executor(), keep_alive, waiting, probe), waiting});
  }
  return system.spawn(reader_pool, std::move(readers), options.queue);
}

} // namespace callboard::sql
