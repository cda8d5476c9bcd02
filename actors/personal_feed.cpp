#include "actors/personal_feed.hpp"

#include <utility>
#include <vector>

namespace callboard {
namespace {

// The events of personal streams that follow from an event of the log.
void collect(const domain_event& event, std::vector<user_append>& appends) {
  personal_event follows;
  follows.cause = event.id;
  follows.subject = number_of(event.room);
  follows.text = event.room_name;
  if (event.type == "room.created" || event.type == "member.added")
    follows.kind = personal_kind::room_added;
  else if (event.type == "member.removed" || event.type == "room.deleted")
    follows.kind = personal_kind::room_removed;
  else
    return;
  for (auto user : event.users)
    appends.push_back({user, follows});
}

struct gathering {
  std::size_t missing = 0;
  caf::error failure;
};

} // namespace

personal_feed_state::personal_feed_state(event_consumer_actor::stateful_pointer<personal_feed_state> pointer)
    : self(pointer) {}

event_consumer_actor::behavior_type personal_feed_state::make_behavior(personal_feed_config settings,
                                                                       placement_actor target) {
  config = settings;
  placement = std::move(target);
  return {[this](const publish_events& batch) { return take(batch); }};
}

caf::result<done> personal_feed_state::take(const publish_events& batch) {
  std::vector<user_append> appends;
  for (auto& event : batch.events)
    collect(event, appends);
  if (appends.empty())
    return done{};
  auto promise = self->make_response_promise<done>();
  auto gathered = std::make_shared<gathering>();
  gathered->missing = appends.size();
  auto finish = [gathered, promise]() mutable {
    if (--gathered->missing > 0)
      return;
    if (gathered->failure)
      promise.deliver(std::move(gathered->failure));
    else
      promise.deliver(done{});
  };
  for (auto& append : appends)
    self->request(placement, config.append_deadline, std::move(append))
        .then([finish](const appended&) mutable { finish(); },
              [gathered, finish](caf::error& reason) mutable {
                if (code_of(reason) != errc::not_found) // a user who was deleted meanwhile needs no news
                  gathered->failure = std::move(reason);
                finish();
              });
  return promise;
}

event_consumer_actor::behavior_type personal_feed(event_consumer_actor::stateful_pointer<personal_feed_state> self,
                                                  personal_feed_config config, placement_actor placement) {
  return self->state.make_behavior(config, std::move(placement));
}

} // namespace callboard
