#include "actors/account_writer.hpp"

#include <functional>
#include <memory>
#include <utility>

#include "actors/profile_cache.hpp"

namespace callboard {
namespace {

template <class Operations>
struct behaviors;

template <class... Operations>
struct behaviors<std::variant<Operations...>> {
  template <class Operation>
  static auto handler(account_writer_state* state) {
    if constexpr (std::is_same_v<Operation, register_user>)
      return [state](register_user& operation) { return state->make(operation); };
    else if constexpr (std::is_same_v<Operation, update_user>)
      return [state](update_user& operation) { return state->change(operation); };
    else if constexpr (std::is_same_v<Operation, change_access>)
      return [state](change_access& operation) { return state->change(operation); };
    else if constexpr (std::is_same_v<Operation, delete_user>)
      return [state](const delete_user& operation) { return state->remove(operation); };
    else if constexpr (std::is_same_v<Operation, verify_email>)
      return [state](const verify_email& operation) { return state->verify(operation); };
    else
      return [state](Operation& operation) -> caf::result<typename Operation::result> {
        return state->self->delegate(state->neighbours.writer, std::move(operation));
      };
  }
  static log_writer_actor::behavior_type make(account_writer_state* state) { return {handler<Operations>(state)...}; }
};

void add_name(std::vector<std::string>& keys, const std::string& name) {
  if (!name.empty())
    keys.push_back(name_key(name));
}

} // namespace

account_writer_state::account_writer_state(log_writer_actor::stateful_pointer<account_writer_state> pointer)
    : self(pointer) {}

log_writer_actor::behavior_type account_writer_state::make_behavior(account_writer_config settings,
                                                                    account_writer_neighbours around) {
  config = settings;
  neighbours = std::move(around);
  return behaviors<write_op>::make(this);
}

caf::result<user_view> account_writer_state::make(register_user& operation) {
  auto promise = self->make_response_promise<user_view>();
  std::vector<std::string> keys;
  add_name(keys, operation.username);
  add_name(keys, operation.email);
  write(std::move(operation), std::move(keys), promise);
  return promise;
}

caf::result<user_view> account_writer_state::change(update_user& operation) {
  auto promise = self->make_response_promise<user_view>();
  std::vector<std::string> keys{profile_key(operation.user)};
  if (!operation.email) {
    write(std::move(operation), std::move(keys), promise);
    return promise;
  }
  add_name(keys, *operation.email);
  write_known(std::move(operation), std::move(keys), promise);
  return promise;
}

caf::result<changed_access> account_writer_state::change(change_access& operation) {
  auto promise = self->make_response_promise<changed_access>();
  std::vector<std::string> keys{profile_key(operation.user)};
  write(std::move(operation), std::move(keys), promise);
  return promise;
}

caf::result<deleted_user> account_writer_state::remove(const delete_user& operation) {
  auto promise = self->make_response_promise<deleted_user>();
  write_known(operation, {profile_key(operation.user)}, promise);
  return promise;
}

caf::result<done> account_writer_state::verify(const verify_email& operation) {
  auto promise = self->make_response_promise<done>();
  write(operation, {profile_key(operation.user)}, promise);
  return promise;
}

template <class Operation, class Promise>
void account_writer_state::write_known(Operation operation, std::vector<std::string> keys, Promise promise) {
  auto user = operation.user;
  self->request(neighbours.store, config.store_deadline, get_user{user})
      .then(
          [this, operation, keys, promise](const user_view& known) mutable {
            add_name(keys, known.username);
            add_name(keys, known.email);
            write(std::move(operation), std::move(keys), promise);
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

template <class Operation, class Promise>
void account_writer_state::write(Operation operation, std::vector<std::string> keys, Promise promise) {
  using answer_type = typename Operation::result;
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, keys, promise](answer_type& result) mutable {
            forget<Promise>(std::move(keys), promise,
                            [result = std::move(result)](Promise& to) { to.deliver(result); });
          },
          [this, keys, promise](caf::error& reason) mutable {
            forget<Promise>(std::move(keys), promise,
                            [reason = std::move(reason)](Promise& to) { to.deliver(reason); });
          });
}

template <class Promise>
void account_writer_state::forget(std::vector<std::string> keys, Promise promise,
                                  std::function<void(Promise&)> answer) {
  auto finish = [promise, answer = std::move(answer)]() mutable { answer(promise); };
  self->request(neighbours.cache, config.cache_deadline, drop_cached{std::move(keys)})
      .then([finish](done) mutable { finish(); }, [finish](caf::error&) mutable { finish(); }); // it is committed
}

log_writer_actor::behavior_type account_writer(log_writer_actor::stateful_pointer<account_writer_state> self,
                                               account_writer_config config, account_writer_neighbours neighbours) {
  return self->state.make_behavior(config, std::move(neighbours));
}

} // namespace callboard
