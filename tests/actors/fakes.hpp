#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include "messages/messages.hpp"
#include "tests/actors/deterministic.hpp"

namespace callboard::test {

/// What a dummy neighbour was asked, and what it answers. Each request is recorded; it stays open until the test
/// answers it, unless `on` says how requests of its type are answered at once.
class script {
public:
  /// Every request of a type, in order.
  template <class Request>
  const std::vector<Request>& all() {
    return of<Request>().received;
  }
  template <class Request>
  std::size_t count() {
    return all<Request>().size();
  }
  template <class Request>
  const Request& last() {
    REQUIRE_FALSE(all<Request>().empty());
    return all<Request>().back();
  }
  template <class Request>
  std::size_t open() {
    return of<Request>().waiting.size();
  }
  /// How requests of a type are answered from now on; null: they stay open again.
  template <class Request, class Answer>
  void on(std::function<caf::expected<Answer>(Request&)> answer) {
    of<Request>().at_once = [answer = std::move(answer)](Request& request) -> std::optional<caf::message> {
      if (!answer)
        return std::nullopt;
      auto result = answer(request);
      return result ? caf::make_message(std::move(*result)) : caf::make_message(std::move(result.error()));
    };
  }
  /// Answers the oldest open request of a type.
  template <class Request, class Answer>
  void answer(Answer value) {
    deliver<Request>(caf::make_message(std::move(value)));
  }
  template <class Request>
  void fail(errc code) {
    deliver<Request>(caf::make_message(make_failure(code)));
  }
  void clear() { channels_.clear(); }

  template <class Request>
  struct channel {
    std::vector<Request> received;
    std::function<std::optional<caf::message>(Request&)> at_once;
    std::deque<std::function<void(const caf::message&)>> waiting;
  };
  template <class Request>
  channel<Request>& of() {
    auto& found = channels_[typeid(Request)];
    if (!found)
      found = std::make_shared<channel<Request>>();
    return *static_cast<channel<Request>*>(found.get());
  }

private:
  template <class Request>
  void deliver(caf::message value) {
    auto& mine = of<Request>();
    REQUIRE_FALSE(mine.waiting.empty());
    auto respond = std::move(mine.waiting.front());
    mine.waiting.pop_front();
    respond(value);
  }

  std::map<std::type_index, std::shared_ptr<void>> channels_;
};

template <class Signature>
struct fake_handler;

template <class Request, class... Answers>
struct fake_handler<caf::typed_mpi<caf::detail::type_list<Request>, caf::output_tuple<Answers...>>> {
  using answer_type = typename caf::detail::tl_head<caf::detail::type_list<Answers...>>::type;

  template <class Self>
  static auto make(Self* self, std::shared_ptr<script> mine) {
    if constexpr (std::is_void_v<answer_type>) {
      return [mine](Request& request) -> caf::result<void> {
        auto& channel = mine->template of<Request>();
        auto ready = channel.at_once ? channel.at_once(request) : std::optional<caf::message>{};
        channel.received.push_back(std::move(request));
        if (ready && ready->template match_elements<caf::error>())
          return ready->template get_as<caf::error>(0);
        return caf::unit;
      };
    } else {
      return [self, mine](Request& request) -> caf::result<answer_type> {
        auto& channel = mine->template of<Request>();
        channel.received.push_back(request);
        auto promise = self->template make_response_promise<answer_type>();
        auto respond = [promise](const caf::message& value) mutable {
          if (value.template match_elements<caf::error>())
            promise.deliver(value.template get_as<caf::error>(0));
          else
            promise.deliver(value.template get_as<answer_type>(0));
        };
        auto ready = channel.at_once ? channel.at_once(request) : std::optional<caf::message>{};
        if (ready)
          respond(*ready);
        else
          channel.waiting.push_back([self, respond](const caf::message& value) mutable {
            self->context(nullptr); // the test answers, outside of this actor's turn
            respond(value);
          });
        return promise;
      };
    }
  }
};

template <class Interface, class Signatures>
struct fake_behaviour;

template <class Interface, class... Signatures>
struct fake_behaviour<Interface, caf::detail::type_list<Signatures...>> {
  static typename Interface::behavior_type make(typename Interface::pointer self, std::shared_ptr<script> mine) {
    return {fake_handler<Signatures>::make(self, mine)...};
  }
};

template <class Interface>
Interface spawn_fake(deterministic& fixture, std::shared_ptr<script> mine) {
  return fixture.start([mine](typename Interface::pointer self) {
    return fake_behaviour<Interface, typename Interface::signatures>::make(self, mine);
  });
}

// Instantiated once, in fakes.cpp.
extern template store_actor spawn_fake<store_actor>(deterministic&, std::shared_ptr<script>);
extern template log_writer_actor spawn_fake<log_writer_actor>(deterministic&, std::shared_ptr<script>);
extern template placement_actor spawn_fake<placement_actor>(deterministic&, std::shared_ptr<script>);
extern template partition_actor spawn_fake<partition_actor>(deterministic&, std::shared_ptr<script>);
extern template room_actor spawn_fake<room_actor>(deterministic&, std::shared_ptr<script>);
extern template user_actor spawn_fake<user_actor>(deterministic&, std::shared_ptr<script>);
extern template room_mirror_actor spawn_fake<room_mirror_actor>(deterministic&, std::shared_ptr<script>);
extern template mirror_registry_actor spawn_fake<mirror_registry_actor>(deterministic&, std::shared_ptr<script>);
extern template session_actor spawn_fake<session_actor>(deterministic&, std::shared_ptr<script>);
extern template event_log_actor spawn_fake<event_log_actor>(deterministic&, std::shared_ptr<script>);
extern template notifier_actor spawn_fake<notifier_actor>(deterministic&, std::shared_ptr<script>);
extern template mailer_actor spawn_fake<mailer_actor>(deterministic&, std::shared_ptr<script>);
extern template hasher_actor spawn_fake<hasher_actor>(deterministic&, std::shared_ptr<script>);
extern template cache_actor spawn_fake<cache_actor>(deterministic&, std::shared_ptr<script>);
extern template event_source_actor spawn_fake<event_source_actor>(deterministic&, std::shared_ptr<script>);
extern template write_connection_actor spawn_fake<write_connection_actor>(deterministic&, std::shared_ptr<script>);

/// A dummy neighbour: its handle and its script.
template <class Interface>
class fake {
public:
  explicit fake(deterministic& fixture)
      : fixture_(fixture), script_(std::make_shared<script>()), handle_(spawn_fake<Interface>(fixture, script_)) {}
  ~fake() { script_->clear(); }
  fake(const fake&) = delete;
  fake& operator=(const fake&) = delete;

  const Interface& handle() const { return handle_; }
  operator const Interface&() const { return handle_; }
  script* operator->() { return script_.get(); }

  /// Answers the oldest open request and runs what follows.
  template <class Request, class Answer>
  void answer(Answer value) {
    script_->answer<Request>(std::move(value));
    fixture_.settle();
  }
  template <class Request>
  void fail(errc code) {
    script_->fail<Request>(code);
    fixture_.settle();
  }

private:
  deterministic& fixture_;
  std::shared_ptr<script> script_;
  Interface handle_;
};

/// A user as a caller, with the session of the same number.
inline principal caller(int user, role as = role::user) {
  principal who;
  who.user = user_id{user};
  who.session.bytes[15] = static_cast<std::uint8_t>(user);
  who.role = as;
  who.username = "user" + std::to_string(user);
  return who;
}

inline uuid uuid_of(std::uint8_t number) {
  uuid id;
  id.bytes[15] = number;
  return id;
}

} // namespace callboard::test
