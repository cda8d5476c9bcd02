#include "adapters/memory/event_log.hpp"

#include <utility>

namespace callboard::memory {

event_log_actor::behavior_type event_log(event_log_actor::stateful_pointer<event_log_state> self,
                                         event_log_config config, std::shared_ptr<const event_consumers> consumers) {
  return {[self, config, consumers](const publish_events& batch) -> caf::result<done> {
    struct gathering {
      std::size_t missing = 0;
      caf::error failure;
    };
    if (consumers->all.empty())
      return make_failure(errc::unavailable, "the consumers of the log are not ready");
    auto promise = self->make_response_promise<done>();
    auto gathered = std::make_shared<gathering>();
    gathered->missing = consumers->all.size();
    auto finish = [gathered, promise]() mutable {
      if (--gathered->missing > 0)
        return;
      if (gathered->failure)
        promise.deliver(std::move(gathered->failure));
      else
        promise.deliver(done{});
    };
    for (auto& consumer : consumers->all)
      self->request(consumer, config.deadline, batch)
          .then([finish](done) mutable { finish(); },
                [gathered, finish](caf::error& reason) mutable {
                  gathered->failure = std::move(reason);
                  finish();
                });
    return promise;
  }};
}

} // namespace callboard::memory
