#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/expected.hpp>
#include <caf/send.hpp>

#include "messages/messages.hpp"

namespace callboard::http {

/// What a bridge runs for an I/O thread.
using bridge_call = std::function<void(caf::event_based_actor*)>;

/// The way from an I/O thread's coroutines to actors: an actor that makes requests in their name.
class actor_bridge {
public:
  actor_bridge(caf::actor_system& system, std::shared_ptr<boost::asio::io_context> io);
  ~actor_bridge();
  actor_bridge(const actor_bridge&) = delete;
  actor_bridge& operator=(const actor_bridge&) = delete;

  const caf::actor& handle() const { return handle_; }
  const std::shared_ptr<boost::asio::io_context>& io() const { return io_; }

  /// The bridge of the calling I/O thread.
  static actor_bridge& current();
  /// Makes this the bridge of the calling thread.
  void bind_to_thread();

private:
  std::shared_ptr<boost::asio::io_context> io_;
  caf::actor handle_;
};

} // namespace callboard::http

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::http::bridge_call)

namespace callboard::http {

/// The coroutine behind `ask`.
template <class Result, class Actor, class Message>
boost::asio::awaitable<caf::expected<Result>> ask_and_wait(Actor actor, caf::timespan limit, Message message) {
  auto& bridge = actor_bridge::current();
  auto initiate = [&bridge, limit](auto completion, Actor target, Message content) {
    using completion_type = decltype(completion);
    // The I/O context is held until the answer, so that an answer that comes late finds it.
    struct pending {
      std::shared_ptr<boost::asio::io_context> io;
      completion_type complete;
      void answer(caf::expected<Result> result) {
        boost::asio::post(io->get_executor(), [handler = std::move(complete), value = std::move(result)]() mutable {
          std::move(handler)(std::move(value));
        });
      }
    };
    auto state = std::make_shared<pending>(pending{bridge.io(), std::move(completion)});
    bridge_call call = [state, target = std::move(target), limit,
                        content = std::move(content)](caf::event_based_actor* self) mutable {
      self->request(target, limit, std::move(content))
          .then([state](Result& value) { state->answer(caf::expected<Result>{std::move(value)}); },
                [state](caf::error& reason) { state->answer(caf::expected<Result>{std::move(reason)}); });
    };
    caf::anon_send(bridge.handle(), std::move(call));
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(caf::expected<Result>)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(actor), std::move(message));
}

/// Sends `message` to a typed actor and waits for its answer of type `Result`, or an error: `timeout` after `limit`,
/// `unavailable` if the actor is gone (see `code_of`). To be called on an I/O thread.
///
///     room_describe request{room, context.caller()};
///     auto view = co_await ask<room_view>(context.services().placement, 5s, request);
template <class Result, class Actor, class Message>
boost::asio::awaitable<caf::expected<Result>> ask(const Actor& actor, caf::timespan limit, Message&& message) {
  // g++ 12 copies an aggregate that is made inside a co_await expression byte by byte into the coroutine's frame and
  // destroys it twice, a defect of that compiler: what has strings must be a variable of its own.
  static_assert(std::is_lvalue_reference_v<Message> || std::is_trivially_copyable_v<std::decay_t<Message>>,
                "give the message a name first: T request{...}; co_await ask<R>(actor, limit, request)");
  return ask_and_wait<Result>(actor, limit, std::decay_t<Message>(message));
}

} // namespace callboard::http
