#include <array>
#include <functional>
#include <optional>
#include <set>

#include <doctest/doctest.h>

#include "actors/core/reminder_machine.hpp"
#include "tests/core/random.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

using state = reminder_state;
constexpr std::array<state, 6> all_states{state::scheduled, state::firing,    state::delivered,
                                          state::snoozed,   state::cancelled, state::failed};
const timestamp now{1h};

struct command {
  const char* name;
  std::function<std::optional<core::reminder_step>(const reminder_record&)> run;
  std::set<state> allowed;
  state to;
};

const std::vector<command>& commands() {
  static const std::vector<command> list{
      {"fire", [](auto& r) { return core::fire(r, now); }, {state::scheduled, state::snoozed}, state::firing},
      {"deliver", [](auto& r) { return core::settle(r, false); }, {state::firing}, state::delivered},
      {"fail", [](auto& r) { return core::settle(r, true); }, {state::firing}, state::failed},
      {"cancel",
       [](auto& r) { return core::cancel(r); },
       {state::scheduled, state::snoozed, state::firing},
       state::cancelled},
      {"snooze",
       [](auto& r) { return core::snooze(r, now + 1min); },
       {state::scheduled, state::snoozed, state::firing, state::delivered},
       state::snoozed},
      {"finish",
       [](auto& r) { return core::finish(r); },
       {state::scheduled, state::snoozed, state::firing, state::delivered},
       state::delivered},
      {"reschedule",
       [](auto& r) {
         auto later = now + 1h;
         return core::edit(r, nullptr, &later);
       },
       {state::scheduled, state::snoozed},
       state::scheduled},
  };
  return list;
}

reminder_record record_in(state value) {
  reminder_record record;
  record.id = reminder_id{7};
  record.text = "tea";
  record.due_at = record.next_at = now;
  record.state = value;
  record.version = 5;
  record.fired_count = 2;
  return record;
}

} // namespace

TEST_CASE("every command in every state does what the table says") {
  for (auto& each : commands())
    for (auto from : all_states) {
      auto before = record_in(from);
      auto result = each.run(before);
      auto from_name = to_string(from);
      CAPTURE(each.name);
      CAPTURE(from_name);
      if (!each.allowed.contains(from)) {
        CHECK_FALSE(result);
        continue;
      }
      REQUIRE(result);
      CHECK(result->record.state == each.to);
      CHECK(result->record.version == 6);
      CHECK(result->record.id == before.id);
      CHECK(result->record.fired_count == (each.to == state::firing ? 3u : 2u));
    }
}

TEST_CASE("each change names the event that tells of it") {
  CHECK(core::fire(record_in(state::scheduled), now)->event == "reminder.fired");
  CHECK(core::settle(record_in(state::firing), false)->event == "reminder.delivered");
  CHECK(core::settle(record_in(state::firing), true)->event == "reminder.failed");
  CHECK(core::cancel(record_in(state::snoozed))->event == "reminder.cancelled");
  CHECK(core::snooze(record_in(state::firing), now)->event == "reminder.snoozed");
  CHECK(core::finish(record_in(state::scheduled))->event == "reminder.delivered");
  CHECK(core::finish(record_in(state::delivered))->event.empty());
  auto later = now + 1h;
  CHECK(core::edit(record_in(state::scheduled), nullptr, &later)->event == "reminder.created");
}

TEST_CASE("a snooze moves the next time and keeps what was asked for; an edit moves both") {
  auto snoozed = core::snooze(record_in(state::firing), now + 5min);
  CHECK(snoozed->record.next_at == now + 5min);
  CHECK(snoozed->record.due_at == now);
  std::string coffee = "coffee";
  auto later = now + 7min;
  auto edited = core::edit(record_in(state::snoozed), &coffee, &later);
  CHECK(edited->record.text == "coffee");
  CHECK(edited->record.due_at == now + 7min);
  CHECK(edited->record.next_at == now + 7min);
}

TEST_CASE("another text alone changes neither state nor time") {
  std::string coffee = "coffee";
  auto edited = core::edit(record_in(state::snoozed), &coffee, nullptr);
  REQUIRE(edited);
  CHECK(edited->record.state == state::snoozed);
  CHECK(edited->record.next_at == now);
  CHECK(edited->event.empty());
  for (auto over : {state::firing, state::delivered, state::cancelled, state::failed})
    CHECK_FALSE(core::edit(record_in(over), &coffee, nullptr));
}

TEST_CASE("random histories keep the rules") {
  auto seed = test::random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  test::random_source random{seed};
  for (int round = 0; round < 500; ++round) {
    auto record = record_in(state::scheduled);
    record.version = 1;
    record.fired_count = 0;
    std::uint32_t fired = 0;
    for (int i = 0; i < 50; ++i) {
      auto& each = commands()[random.between(0, commands().size() - 1)];
      auto next = each.run(record);
      CAPTURE(each.name);
      CHECK(static_cast<bool>(next) == each.allowed.contains(record.state));
      if (!next)
        continue;
      if (next->record.state == state::firing) {
        CHECK(core::is_pending(record));
        CHECK(next->record.last_fired_at == now);
        ++fired;
      }
      CHECK(next->record.version == record.version + 1);
      CHECK(next->record.fired_count == fired);
      record = next->record;
    }
  }
}
