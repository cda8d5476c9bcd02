#include "actors/notifier.hpp"

#include <utility>

namespace callboard {

notifier_state::notifier_state(notifier_self_actor::stateful_pointer<notifier_state> pointer) : self(pointer) {}

notifier_self_actor::behavior_type notifier_state::make_behavior(notifier_config settings, store_actor reader,
                                                                 mailer_actor sender, log_writer_actor log) {
  config = std::move(settings);
  store = std::move(reader);
  mailer = std::move(sender);
  writer = std::move(log);
  return {
      [this](const notify_by_mail& request) { return notify(request); },
      [this](notifier_tick tick) {
        auto next = later.extract(tick.ticket);
        if (!next.empty())
          next.mapped()();
      },
  };
}

caf::result<done> notifier_state::notify(const notify_by_mail& request) {
  if (under_way >= config.max_under_way)
    return make_failure(errc::overloaded, "too many mails are under way");
  ++under_way;
  auto promise = self->make_response_promise<done>();
  self->request(store, config.store_deadline, get_user{request.user})
      .then(
          [this, promise, request](const user_view& user) mutable {
            auto to = request.to.empty() ? user.email : request.to;
            if (to.empty()) {
              --under_way;
              promise.deliver(make_failure(errc::not_available, "the user has no e-mail address"));
              return;
            }
            mail_message mail{0, std::move(to), request.subject, request.body, config.wall_clock()};
            send(request.user, std::move(mail), core::backoff{config.first_retry, config.longest_retry}, promise);
          },
          [this, promise](caf::error& reason) mutable {
            --under_way;
            promise.deliver(std::move(reason));
          });
  return promise;
}

void notifier_state::send(user_id user, mail_message mail, core::backoff pause,
                          caf::typed_response_promise<done> promise) {
  self->request(mailer, config.mail_deadline, mail)
      .then([this, user, promise](done) { finish(user, {}, promise); },
            [this, user, mail, pause, promise](caf::error& reason) mutable {
              if (pause.tries() + 1 >= config.tries || !entry_of(code_of(reason)).temporary)
                return finish(user, std::move(reason), promise);
              auto wait = pause.next(static_cast<std::uint64_t>(mail.created_at.time_since_epoch().count()));
              auto ticket = ++tickets;
              later.emplace(ticket, [this, user, mail, pause, promise] { send(user, mail, pause, promise); });
              self->delayed_send(self, wait, notifier_tick{ticket});
            });
}

void notifier_state::finish(user_id user, caf::error failure, caf::typed_response_promise<done> promise) {
  auto was_sent = !failure;
  tell_notification news{user, "email", was_sent, was_sent ? "" : std::string{entry_of(code_of(failure)).name}};
  auto respond = [this, promise, failure = std::move(failure)]() mutable {
    --under_way;
    if (failure)
      promise.deliver(failure);
    else
      promise.deliver(done{});
  };
  self->request(writer, config.write_deadline, std::move(news))
      .then([respond](done) mutable { respond(); }, [respond](caf::error&) mutable { respond(); });
}

notifier_self_actor::behavior_type notifier(notifier_self_actor::stateful_pointer<notifier_state> self,
                                            notifier_config config, store_actor store, mailer_actor mailer,
                                            log_writer_actor writer) {
  return self->state.make_behavior(std::move(config), std::move(store), std::move(mailer), std::move(writer));
}

} // namespace callboard
