#include "actors/placement.hpp"

#include <utility>

#include "actors/core/partitioning.hpp"
#include "actors/mailbox_depth.hpp"

namespace callboard {
namespace {

template <class Routes>
struct passing;

template <class... Requests, class... Answers>
struct passing<route_list<routed<Requests, Answers>...>> {
  template <class Locate>
  static auto handlers(placement_state* state, Locate locate) {
    return std::make_tuple([state, locate](Requests& request) -> caf::result<Answers> {
      note_depth(state->self, state->config.partition.room.probe, mailbox_kind::placement);
      return state->self->delegate(state->at(locate(request)), std::move(request));
    }...);
  }
};

} // namespace

placement_state::placement_state(placement_self_actor::stateful_pointer<placement_state> pointer) : self(pointer) {}

placement_self_actor::behavior_type placement_state::make_behavior(placement_config settings,
                                                                   placement_neighbours around) {
  config = std::move(settings);
  neighbours = std::move(around);
  partition_neighbours inside{neighbours.writer,   neighbours.bookkeeper, neighbours.store,  self,
                              neighbours.notifier, neighbours.event_log,  neighbours.broker, neighbours.source};
  for (unsigned i = 0; i < config.partitions; ++i)
    partitions.push_back(
        self->spawn<caf::monitored>(partition, static_cast<partition_id>(i), config.partition, inside));
  // A partition that fails takes its rooms and users along and comes back empty, with the same epoch: what it had under
  // way was fenced by it and is still its own.
  self->set_down_handler([this, inside](const caf::down_msg& message) {
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      if (partitions[i].address() != message.source)
        continue;
      if (stopping) {
        if (++ended == partitions.size())
          self->quit(*stopping);
        return;
      }
      partitions[i] = self->spawn<caf::monitored>(partition, static_cast<partition_id>(i), config.partition, inside);
      if (!owned.empty())
        self->send(partitions[i], partition_own{owned[i].epoch});
    }
  });
  // It ends after its partitions, which end after the batches that their relays have under way.
  self->set_exit_handler([this](const caf::exit_msg& message) {
    stopping = message.reason;
    owned.clear();
    for (auto& each : partitions)
      self->send_exit(each, message.reason);
  });
  claim();
  auto by_room = passing<room_routes>::handlers(
      this, [this](const auto& request) { return core::partition_of(request.room, config.partitions); });
  auto by_user = [this](const auto& request) { return core::partition_of(addressee(request), config.partitions); };
  auto to_users = passing<user_routes>::handlers(this, by_user);
  auto to_reminders = passing<reminder_routes>::handlers(this, by_user);
  auto own_handlers = std::make_tuple([this](get_placement) { return owned; },
                                      [this](const outbox_grew& news) { self->send(at(news.partition), news); },
                                      [this](reload_tick) { claim(); });
  return std::apply(
      [](auto&&... each) { return placement_self_actor::behavior_type{std::move(each)...}; },
      std::tuple_cat(std::move(by_room), std::move(to_users), std::move(to_reminders), std::move(own_handlers)));
}

void placement_state::claim() {
  claim_partitions operation;
  operation.owner = config.node;
  for (unsigned i = 0; i < config.partitions; ++i)
    operation.partitions.push_back(static_cast<partition_id>(i));
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this](const std::vector<epoch_number>& epochs) {
            // Claimed again, since another server may have written meanwhile: what the partitions hold in memory goes,
            // and they come back empty under their new epochs.
            auto is_again = !owned.empty();
            owned.clear();
            for (std::size_t i = 0; i < partitions.size() && i < epochs.size(); ++i) {
              owned.push_back({static_cast<partition_id>(i), epochs[i]});
              if (is_again)
                self->send_exit(partitions[i], caf::exit_reason::user_shutdown);
              else
                self->send(partitions[i], partition_own{epochs[i]});
            }
            if (config.owns_all)
              config.owns_all();
          },
          [this](caf::error&) { self->delayed_send(self, config.retry, reload_tick{}); });
}

placement_self_actor::behavior_type placement(placement_self_actor::stateful_pointer<placement_state> self,
                                              placement_config config, placement_neighbours neighbours) {
  return self->state.make_behavior(std::move(config), std::move(neighbours));
}

} // namespace callboard
