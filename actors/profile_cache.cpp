#include "actors/profile_cache.hpp"

#include <utility>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include "actors/core/rules.hpp"

namespace callboard {
namespace {

template <class... Values>
std::string pack(const Values&... values) {
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  if (sink(values...))
    return {}; // is read as nothing
  return {bytes.begin(), bytes.end()};
}

template <class... Values>
bool unpack(const std::string& bytes, Values&... values) {
  caf::binary_deserializer source{nullptr, bytes.data(), bytes.size()};
  return !source(values...);
}

template <class Queries>
struct behaviors;

template <class... Queries>
struct behaviors<std::variant<Queries...>> {
  template <class Query>
  static auto handler(profile_cache_state* state) {
    if constexpr (std::is_same_v<Query, get_user>)
      return [state](const get_user& question) { return state->get(question); };
    else if constexpr (std::is_same_v<Query, resolve_names>)
      return [state](const resolve_names& question) { return state->resolve(question); };
    else
      return [state](Query& question) -> caf::result<typename Query::result> {
        return state->self->delegate(state->store, std::move(question));
      };
  }
  static store_actor::behavior_type make(profile_cache_state* state) { return {handler<Queries>(state)...}; }
};

} // namespace

struct profile_cache_state::names_question {
  std::vector<std::string> names;
  std::vector<member> found;
  std::vector<std::string> leases;
  std::size_t missing = 0; // answers of the cache
  names_promise promise;
};

std::string profile_key(user_id user) {
  return "user:" + to_string(user);
}

std::string name_key(const std::string& name) {
  return "name:" + core::to_lower(name);
}

profile_cache_state::profile_cache_state(store_actor::stateful_pointer<profile_cache_state> pointer) : self(pointer) {}

store_actor::behavior_type profile_cache_state::make_behavior(profile_cache_config settings, store_actor behind,
                                                              cache_actor with) {
  config = std::move(settings);
  store = std::move(behind);
  cache = std::move(with);
  return behaviors<query>::make(this);
}

caf::result<user_view> profile_cache_state::get(const get_user& question) {
  auto promise = self->make_response_promise<user_view>();
  self->request(cache, config.cache_deadline, find_cached{profile_key(question.user)})
      .then(
          [this, question, promise](const cached_value& found) mutable {
            user_view user;
            if (found.found && unpack(found.bytes, user) && user.id == question.user) {
              config.probe->profiles.hits.add();
              promise.deliver(std::move(user));
            } else {
              read_user(question, found.lease, promise);
            }
          },
          [this, question, promise](caf::error&) { read_user(question, {}, promise); });
  return promise;
}

void profile_cache_state::read_user(const get_user& question, std::string lease,
                                    caf::typed_response_promise<user_view> promise) {
  config.probe->profiles.misses.add();
  self->request(store, config.store_deadline, question)
      .then(
          [this, question, lease = std::move(lease), promise](user_view& user) mutable {
            if (!lease.empty())
              self->send(cache, keep_cached{profile_key(question.user), lease, pack(user)});
            promise.deliver(std::move(user));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

caf::result<std::vector<member>> profile_cache_state::resolve(const resolve_names& question) {
  if (question.names.empty() || question.names.size() > config.max_names)
    return self->delegate(store, question);
  auto asked = std::make_shared<names_question>();
  asked->names = question.names;
  asked->found.resize(question.names.size());
  asked->leases.resize(question.names.size());
  asked->missing = question.names.size();
  asked->promise = self->make_response_promise<std::vector<member>>();
  for (std::size_t i = 0; i < asked->names.size(); ++i)
    self->request(cache, config.cache_deadline, find_cached{name_key(asked->names[i])})
        .then([this, asked, i](const cached_value& found) { take_name(asked, i, found); },
              [this, asked, i](caf::error&) { take_name(asked, i, {}); });
  return asked->promise;
}

void profile_cache_state::take_name(const std::shared_ptr<names_question>& question, std::size_t place,
                                    const cached_value& found) {
  auto& user = question->found[place];
  if (found.found && unpack(found.bytes, user.user, user.username) && number_of(user.user) != 0)
    config.probe->directory.hits.add();
  else
    user = {};
  question->leases[place] = found.lease;
  if (--question->missing == 0)
    read_names(question);
}

void profile_cache_state::read_names(const std::shared_ptr<names_question>& question) {
  resolve_names unknown;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < question->names.size(); ++i) {
    if (number_of(question->found[i].user) != 0)
      continue;
    unknown.names.push_back(question->names[i]);
    places.push_back(i);
  }
  if (places.empty()) {
    question->promise.deliver(std::move(question->found));
    return;
  }
  config.probe->directory.misses.add(places.size());
  self->request(store, config.store_deadline, std::move(unknown))
      .then(
          [this, question, places](const std::vector<member>& read) {
            for (std::size_t i = 0; i < places.size() && i < read.size(); ++i) {
              auto place = places[i];
              question->found[place] = read[i];
              if (number_of(read[i].user) != 0 && !question->leases[place].empty())
                self->send(cache, keep_cached{name_key(question->names[place]), question->leases[place],
                                              pack(read[i].user, read[i].username)});
            }
            question->promise.deliver(std::move(question->found));
          },
          [question](caf::error& reason) { question->promise.deliver(std::move(reason)); });
}

store_actor::behavior_type profile_cache(store_actor::stateful_pointer<profile_cache_state> self,
                                         profile_cache_config config, store_actor store, cache_actor cache) {
  return self->state.make_behavior(std::move(config), std::move(store), std::move(cache));
}

} // namespace callboard
