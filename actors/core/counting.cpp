#include "actors/core/counting.hpp"

#include <array>
#include <string_view>
#include <unordered_set>

#include "actors/core/event_fields.hpp"

namespace callboard::core {
namespace {

/// An event's data and what it adds. The rules below answer false if it is not as its type must be.
struct counting {
  const event_fields& fields;
  counted_event result;

  void add(figure one) { result.figures |= set_of(one); }
  bool activate(std::string_view name) {
    auto user = fields.integer(name);
    if (!user || *user <= 0)
      return false;
    result.active = user_id{*user};
    return true;
  }
};

bool count_account(counting& it) {
  auto role = it.fields.text("role");
  if (!role)
    return false;
  it.add(*role == "guest" ? figure::guests : figure::registrations);
  return true;
}

bool count_login(counting& it) {
  it.add(figure::logins_ok);
  return it.activate("user_id");
}

bool count_refused_login(counting& it) {
  auto reason = it.fields.text("reason");
  if (!reason)
    return false;
  for (auto& entry : figure_table)
    if (!entry.reason.empty() && entry.reason == *reason) {
      it.add(entry.number);
      return true;
    }
  return false;
}

bool count_room(counting& it) {
  it.add(figure::rooms_created);
  return it.activate("created_by");
}

bool count_message(counting& it) {
  auto room = it.fields.integer("room_id");
  if (!room || *room <= 0)
    return false;
  it.result.room = room_id{*room};
  it.add(figure::messages);
  return it.activate("user_id");
}

bool count_reminder(counting& it) {
  if (it.fields.is_true("rescheduled"))
    return false; // made before, and counted then
  it.add(figure::reminders_created);
  return it.activate("user_id");
}

bool count_firing(counting& it) {
  auto due = it.fields.time("next_at");
  auto fired = it.fields.time("created_at");
  if (!due || !fired)
    return false;
  it.add(figure::reminders_fired);
  if (*fired - *due > late_after)
    it.add(figure::reminders_late);
  return true;
}

template <figure Figure>
bool count_one(counting& it) {
  it.add(Figure);
  return true;
}

struct rule {
  std::string_view type;
  bool (*apply)(counting&);
};
constexpr std::array<rule, 13> rules{{
    {"message.created", count_message}, // most of them
    {"session.created", count_login},
    {"user.created", count_account},
    {"user.deleted", count_one<figure::users_deleted>},
    {"login.failed", count_refused_login},
    {"room.created", count_room},
    {"room.deleted", count_one<figure::rooms_deleted>},
    {"reminder.created", count_reminder},
    {"reminder.fired", count_firing},
    {"reminder.delivered", count_one<figure::reminders_delivered>},
    {"reminder.failed", count_one<figure::reminders_failed>},
    {"notification.sent", count_one<figure::notifications_sent>},
    {"notification.failed", count_one<figure::notifications_failed>},
}};

const rule* rule_of(std::string_view type) {
  for (auto& each : rules)
    if (each.type == type)
      return &each;
  return nullptr;
}

bool is_of_version_7(const uuid& id) {
  return id.bytes[6] >> 4 == 7;
}

} // namespace

std::optional<counted_event> count(const domain_event& event) {
  auto* known = rule_of(event.type);
  if (known == nullptr || !is_of_version_7(event.id))
    return std::nullopt;
  auto fields = event_fields::read(event.data);
  if (!fields)
    return std::nullopt;
  counting it{*fields, {}};
  it.result.id = event.id;
  it.result.day = day_of(event.created_at);
  if (!known->apply(it))
    return std::nullopt;
  return it.result;
}

counted_batch count_all(const std::vector<domain_event>& events) {
  counted_batch batch;
  std::unordered_set<event_id> seen;
  for (auto& event : events) {
    auto counted = count(event);
    if (!counted)
      continue;
    if (seen.insert(counted->id).second)
      batch.events.push_back(*counted);
    else
      ++batch.repeated;
  }
  return batch;
}

} // namespace callboard::core
