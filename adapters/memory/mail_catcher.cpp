#include "adapters/memory/mail_catcher.hpp"

#include <utility>

namespace callboard::memory {

mailer_actor::behavior_type mail_catcher(mailer_actor::stateful_pointer<mail_catcher_state> self,
                                         mail_catcher_config config, log_writer_actor writer) {
  return {[self, config, writer](mail_message& mail) -> caf::result<done> {
    auto promise = self->make_response_promise<done>();
    self->request(writer, config.write_deadline, keep_mail{std::move(mail), config.keep})
        .then([promise](std::int64_t) mutable { promise.deliver(done{}); },
              [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
    return promise;
  }};
}

} // namespace callboard::memory
