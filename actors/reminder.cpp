#include "actors/reminder.hpp"

#include <utility>

#include "actors/core/reminder_machine.hpp"

namespace callboard {
namespace {

bool is_temporary(const caf::error& reason) {
  auto code = code_of(reason);
  return code != errc::moved && entry_of(code).temporary;
}

} // namespace

reminder_state_machine::reminder_state_machine(reminder_self_actor::stateful_pointer<reminder_state_machine> pointer)
    : self(pointer) {}

reminder_self_actor::behavior_type reminder_state_machine::make_behavior(reminder_record due, fence fenced,
                                                                         reminder_config settings,
                                                                         reminder_neighbours around) {
  record = std::move(due);
  guard = fenced;
  config = std::move(settings);
  neighbours = std::move(around);
  backoff = core::backoff{config.first_retry, config.longest_retry};
  if (config.probe)
    config.probe->reminders.add(1);
  self->attach_functor([probe = config.probe] {
    if (probe)
      probe->reminders.add(-1);
  });
  self->send(self, reminder_tick{});
  next_try = [this] {
    if (record.state != reminder_state::firing)
      return fire();
    // Its event is in the personal stream already: the connections read it from there.
    deliver({});
  };
  return {
      [this](reminder_changed& change) { record = std::move(change.record); },
      [this](reminder_tick) {
        if (auto step = std::exchange(next_try, nullptr))
          step();
      },
  };
}

void reminder_state_machine::fire() {
  auto due = record.next_at;
  self->request(neighbours.writer, config.write_deadline,
                fire_reminder{guard, record.id, record.version, config.wall_clock()})
      .then(
          [this, due](fired_reminder& fired) {
            record = std::move(fired.record);
            if (config.probe) {
              auto late = std::chrono::duration_cast<std::chrono::milliseconds>(fired.event.fired_at - due).count();
              config.probe->reminders_fired.add();
              config.probe->reminder_lateness_ms.observe(static_cast<std::uint64_t>(std::max<std::int64_t>(late, 0)));
            }
            deliver(fired.event);
          },
          [this](caf::error& reason) { retry([this] { fire(); }, reason); });
}

void reminder_state_machine::deliver(const personal_event& event) {
  backoff.reset();
  if (event.offset == 0)
    return record.email ? send_mail() : settle(false);
  self->request(neighbours.partition, config.delivery_deadline, user_deliver{record.owner, event})
      .then(
          [this](std::uint32_t connections) {
            if (connections == 0 && record.email)
              send_mail();
            else
              settle(false);
          },
          // It stands in the personal stream, where the owner's next connection finds it.
          [this](caf::error&) { record.email ? send_mail() : settle(false); });
}

void reminder_state_machine::send_mail() {
  self->request(neighbours.notifier, config.mail_deadline,
                notify_by_mail{record.owner, "Reminder: " + record.text, record.text, {}})
      .then([this](done) { settle(false); },
            [this](caf::error& reason) {
              if (is_temporary(reason))
                retry([this] { send_mail(); }, reason);
              else
                settle(true);
            });
}

void reminder_state_machine::settle(bool failed) {
  auto step = core::settle(record, failed);
  if (!step)
    return finish();
  self->request(neighbours.writer, config.write_deadline, change_reminder{guard, step->record, step->event})
      .then(
          [this](reminder_record& stored) {
            record = std::move(stored);
            finish();
          },
          [this, failed](caf::error& reason) { retry([this, failed] { settle(failed); }, reason); });
}

void reminder_state_machine::retry(std::function<void()> step, const caf::error& reason) {
  if (!is_temporary(reason))
    return finish();
  next_try = std::move(step);
  self->delayed_send(self, backoff.next(static_cast<std::uint64_t>(number_of(record.id)) * 0x9E3779B97F4A7C15u >> 20),
                     reminder_tick{});
}

void reminder_state_machine::finish() {
  self->send(neighbours.partition, reminder_settled{record});
  self->quit();
}

reminder_self_actor::behavior_type reminder(reminder_self_actor::stateful_pointer<reminder_state_machine> self,
                                            reminder_record record, fence guard, reminder_config config,
                                            reminder_neighbours neighbours) {
  return self->state.make_behavior(std::move(record), guard, std::move(config), std::move(neighbours));
}

} // namespace callboard
