#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/events.hpp"
#include "messages/ids.hpp"

namespace callboard {

/// A day of UTC: days since 1970-01-01.
enum class day_number : std::int32_t {};

constexpr day_number day_of(timestamp time) {
  return day_number{static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count())};
}

/// What is counted of each day. The numbers are stored: new ones go to the end.
enum class figure : std::uint8_t {
  registrations = 0, // accounts, guests left out
  guests,
  users_deleted,
  logins_ok, // sessions opened, those of guests too
  logins_unknown_user,
  logins_wrong_password,
  logins_disabled,
  logins_locked,
  rooms_created,
  rooms_deleted,
  messages,
  reminders_created,
  reminders_fired,
  reminders_late, // of those that fired
  reminders_delivered,
  reminders_failed,
  notifications_sent,
  notifications_failed,
  departed_users, // who were active that day and whose accounts are gone since; written by the store
  count_          // number of figures, not a figure
};
inline constexpr auto figure_count = static_cast<std::size_t>(figure::count_);

struct figure_entry {
  figure number;
  std::string_view name;   // in the answer of the analytics; empty: not shown by itself
  std::string_view reason; // of refused log-ins, which are shown together: why
};

inline constexpr std::array<figure_entry, figure_count> figure_table{{
    {figure::registrations, "registrations", {}},
    {figure::guests, "guests", {}},
    {figure::users_deleted, "users_deleted", {}},
    {figure::logins_ok, "logins_ok", {}},
    {figure::logins_unknown_user, {}, "unknown_user"},
    {figure::logins_wrong_password, {}, "wrong_password"},
    {figure::logins_disabled, {}, "disabled"},
    {figure::logins_locked, {}, "locked"},
    {figure::rooms_created, "rooms_created", {}},
    {figure::rooms_deleted, "rooms_deleted", {}},
    {figure::messages, "messages", {}},
    {figure::reminders_created, "reminders_created", {}},
    {figure::reminders_fired, "reminders_fired", {}},
    {figure::reminders_late, "reminders_late", {}},
    {figure::reminders_delivered, "reminders_delivered", {}},
    {figure::reminders_failed, "reminders_failed", {}},
    {figure::notifications_sent, "notifications_sent", {}},
    {figure::notifications_failed, "notifications_failed", {}},
    {figure::departed_users, {}, {}},
}};

constexpr bool figures_are_in_order() {
  for (std::size_t i = 0; i < figure_table.size(); ++i)
    if (static_cast<std::size_t>(figure_table[i].number) != i)
      return false;
  return true;
}
static_assert(figures_are_in_order(), "figure_table must list every figure, in order");

/// Figures that an event adds one to each of, as bits.
using figure_set = std::uint32_t;
static_assert(figure_count <= 32);

constexpr figure_set set_of(figure one) {
  return figure_set{1} << static_cast<unsigned>(one);
}

/// What one event adds.
struct counted_event {
  event_id id;
  day_number day{};
  figure_set figures = 0;
  room_id room{};   // of a message: where it was written
  user_id active{}; // who was active by it; 0: nobody

  friend bool operator==(const counted_event&, const counted_event&) = default;
};

struct events_counted {
  std::uint32_t added = 0;
  std::uint32_t repeated = 0; // counted before, by their ids
};

/// The figures of a day over all partitions.
struct day_figures {
  day_number day{};
  std::array<std::int64_t, figure_count> figures{};
  std::int64_t active_users = 0;
};

struct room_figures {
  room_id room{};
  std::string name; // empty: the room is gone
  std::int64_t messages = 0;
};

struct analytics_report {
  std::vector<day_figures> days;   // those on which something was counted, in order
  std::vector<room_figures> rooms; // with the most messages, these first
};

} // namespace callboard
