#include <algorithm>
#include <utility>

#include "actors/partition.hpp"
#include "actors/spans.hpp"

// How a partition keeps, wakes and changes the reminders of its users.

namespace callboard {
namespace {

constexpr unsigned max_tries = 3; // a change that lost against another one is worked out anew so often

caf::error check_due(timestamp due, timestamp now, const core::limits& bounds) {
  core::validation check;
  if (due <= now)
    check.refuse("/due_at", "past", "must be in the future");
  else if (due > now + std::chrono::years{bounds.years_ahead})
    check.refuse("/due_at", "too_far", "must be within " + std::to_string(bounds.years_ahead) + " years");
  return check.ok() ? caf::error{} : check.failure();
}

} // namespace

caf::result<reminder_record> partition_state::add(reminder_add& request) {
  if (auto reason = not_owned())
    return reason;
  core::validation check;
  check.check_text("/text", request.reminder.text, 1, config.limits.reminder_length);
  if (!check.ok())
    return check.failure();
  if (auto reason = check_due(request.reminder.due_at, now(), config.limits))
    return reason;
  auto promise = answers.owe<reminder_record>(self);
  auto span = begin_span(config.tracing, request.trace, span_kind::internal, "partition add reminder");
  if (number_of(request.reminder.room) == 0) {
    write_reminder(std::move(request), promise, std::move(span));
    return promise;
  }
  room_admit admission{request.reminder.room, request.who};
  self->request(neighbours.placement, config.store_deadline, std::move(admission))
      .then([this, request = std::move(request), promise,
             span](const room_admission&) mutable { write_reminder(std::move(request), promise, span); },
            [promise, span](caf::error& reason) mutable {
              end_failed(span, reason);
              auto code = code_of(reason);
              if (code == errc::not_found || code == errc::hidden)
                promise.deliver(
                    make_failure(errc::validation_failed, {}, {{"/room_id", "unknown_room", "there is no such room"}}));
              else
                promise.deliver(std::move(reason));
            });
  return promise;
}

void partition_state::write_reminder(reminder_add request, open_answers::owed<reminder_record> promise,
                                     live_span span) {
  create_reminder operation;
  operation.guard = guard;
  operation.reminder = std::move(request.reminder);
  operation.reminder.owner = request.who.user;
  operation.reminder.next_at = operation.reminder.due_at;
  operation.reminder.state = reminder_state::scheduled;
  operation.reminder.created_at = now();
  operation.max_pending = config.limits.reminders_per_user;
  operation.idempotency = std::move(request.idempotency);
  operation.trace = span.context();
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, promise, span](reminder_record& stored) mutable {
            keep(stored);
            span.end();
            promise.deliver(std::move(stored));
          },
          [promise, span](caf::error& reason) mutable {
            end_failed(span, reason);
            promise.deliver(std::move(reason));
          });
}

caf::result<reminder_record> partition_state::edit(const reminder_edit& request) {
  core::validation check;
  if (request.text)
    check.check_text("/text", *request.text, 1, config.limits.reminder_length);
  if (!check.ok())
    return check.failure();
  if (request.due_at)
    if (auto reason = check_due(*request.due_at, now(), config.limits))
      return reason;
  return change(request, [text = request.text, due_at = request.due_at](const reminder_record& record) {
    return core::edit(record, text ? &*text : nullptr, due_at ? &*due_at : nullptr);
  });
}

caf::result<reminder_record> partition_state::change(const principal& who, reminder_id reminder, step_function step,
                                                     const trace_context& trace) {
  if (auto reason = not_owned())
    return reason;
  auto promise = answers.owe<reminder_record>(self);
  auto span = begin_span(config.tracing, trace, span_kind::internal, "partition change reminder");
  change_stored(who.user, reminder, std::move(step), max_tries, promise, std::move(span));
  return promise;
}

void partition_state::change_stored(user_id owner, reminder_id reminder, step_function step, unsigned tries,
                                    open_answers::owed<reminder_record> promise, live_span span) {
  self->request(neighbours.store, config.store_deadline, get_reminder{owner, reminder})
      .then(
          [this, owner, reminder, step = std::move(step), tries, promise, span](const reminder_record& record) mutable {
            auto changed = step(record);
            if (!changed) {
              auto reason = make_failure(errc::conflict,
                                         "a reminder that is " + to_string(record.state) + " cannot be changed so");
              end_failed(span, reason);
              promise.deliver(std::move(reason));
              return;
            }
            self->request(neighbours.writer, config.write_deadline,
                          change_reminder{guard, changed->record, changed->event, span.context()})
                .then(
                    [this, promise, span](reminder_record& stored) mutable {
                      keep(stored);
                      span.end();
                      promise.deliver(std::move(stored));
                    },
                    [this, owner, reminder, step = std::move(step), tries, promise, span](caf::error& reason) mutable {
                      if (code_of(reason) == errc::conflict && tries > 1)
                        return change_stored(owner, reminder, std::move(step), tries - 1, promise, span);
                      end_failed(span, reason);
                      promise.deliver(std::move(reason));
                    });
          },
          [promise, span](caf::error& reason) mutable {
            end_failed(span, reason);
            promise.deliver(std::move(reason));
          });
}

void partition_state::keep(const reminder_record& record) {
  if (core::is_pending(record) && record.next_at <= std::max(loaded_until, loading_until)) {
    due.schedule(record.id, record.next_at);
    soon.insert_or_assign(record.id, record);
  } else {
    due.remove(record.id);
    soon.erase(record.id);
  }
  arm();
}

void partition_state::load_due() {
  auto until = now() + config.horizon;
  loading_until = std::max(loading_until, until);
  ++looks;
  auto end_look = [this] {
    if (--looks == 0)
      loading_until = {};
  };
  self->request(neighbours.store, config.store_deadline, due_reminders{id, until, config.max_loaded})
      .then(
          [this, until, end_look](const std::vector<reminder_record>& found) {
            end_look();
            bool all = found.size() < config.max_loaded;
            loaded_until = all ? until : found.back().next_at;
            for (auto& record : found) {
              // What was read may be older than what was changed since.
              auto known = soon.find(record.id);
              if (firing.contains(record.id) || (known != soon.end() && known->second.version > record.version))
                continue;
              due.schedule(record.id, record.state == reminder_state::firing ? timestamp{} : record.next_at);
              soon.insert_or_assign(record.id, record);
            }
            arm();
            auto pause =
                all ? config.horizon / 2 : std::max<std::chrono::milliseconds>(config.retry, loaded_until - now());
            reload_after(std::min<std::chrono::milliseconds>(pause, config.horizon / 2));
          },
          [this, end_look](caf::error&) {
            end_look();
            reload_after(config.retry);
          });
}

void partition_state::reload_after(std::chrono::milliseconds pause) {
  reload_at = self->clock().now() + pause;
  self->delayed_send(self, pause, reload_tick{});
}

void partition_state::look_again(const reminder_record& record) {
  self->request(neighbours.store, config.store_deadline, get_reminder{record.owner, record.id})
      .then(
          [this, version = record.version](const reminder_record& stored) {
            if (stored.state != reminder_state::firing) {
              keep(stored);
            } else {
              due.schedule(stored.id, timestamp{});
              soon.insert_or_assign(stored.id, stored);
            }
            // Nothing has come of it, as when the partition is another node's by now: not at once again.
            if (stored.version == version && soon.contains(stored.id))
              due.schedule(stored.id, std::max(stored.next_at, now() + config.retry));
            arm();
          },
          [](caf::error&) {}); // the next look at what is due finds it
}

void partition_state::wake_due() {
  auto room_for = config.max_firing - std::min(config.max_firing, firing.size());
  for (auto reminder_number : due.take_due(now(), room_for)) {
    if (firing.contains(reminder_number))
      continue; // waits in `soon` until that has ended
    auto node = soon.extract(reminder_number);
    if (node.empty())
      continue;
    reminder_neighbours around{neighbours.writer, self, neighbours.notifier};
    auto worker = self->spawn<caf::monitored>(reminder, std::move(node.mapped()), guard, config.reminder, around);
    firing.emplace(reminder_number, worker);
  }
  arm();
}

void partition_state::arm() {
  auto next = due.next();
  if (!next || firing.size() >= config.max_firing)
    return;
  auto wait = std::clamp<std::chrono::milliseconds>(*next - now(), std::chrono::milliseconds{0}, config.longest_wait);
  self->delayed_send(self, wait, partition_tick{++armed});
}

} // namespace callboard
