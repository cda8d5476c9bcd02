// How many times a second it can be decided whether a user may read a room: by the room's actor, which holds its
// members in memory, and by a query of the store for each check. Both are asked by an actor that keeps some checks
// open; the answer to each counts from when it was asked.
//
//   bench-access DIRECTORY|postgresql://... [IN-FLIGHT [SECONDS]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "actors/room.hpp"
#include "bench/store/opening.hpp"
#include "messages/messages.hpp"

using namespace callboard;
using namespace callboard::bench;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr std::size_t user_count = 100;
constexpr std::size_t room_count = 50;
constexpr auto deadline = std::chrono::seconds{5};
constexpr auto warm_up = std::chrono::milliseconds{300};

/// The scheduler as the server has it.
struct actor_config : caf::actor_system_config {
  actor_config() {
    set("scheduler.max-threads", std::size_t{std::max(2u, std::thread::hardware_concurrency())});
    set("scheduler.max-throughput", std::size_t{500});
    set("scheduler.policy", caf::atom("sharing"));
  }
};

/// Rooms that all of the users are members of.
struct population {
  std::vector<epoch_number> epochs;
  std::vector<user_id> users;
  std::vector<room_id> rooms;
};

/// Whom and what the check with this number is about: one room after another, then the next user.
struct subject {
  std::size_t room;
  std::size_t user;
  explicit subject(std::size_t number) : room(number % room_count), user(number / room_count % user_count) {}
};

population make_population(sql::store_session& store) {
  population made;
  made.epochs = claim_all(store);
  auto mark = std::to_string(clock_type::now().time_since_epoch().count());
  for (std::size_t i = 0; i < user_count; ++i) {
    register_user form;
    form.username = "bench" + std::to_string(i) + "-" + mark;
    made.users.push_back(must(store.execute(form)).id);
  }
  create_room form;
  form.creator = made.users.front();
  form.guard = guard_of(made.epochs, form.creator);
  form.name = "room";
  for (std::size_t i = 1; i < user_count; ++i)
    form.members.push_back({made.users[i], "", member_role::member, {}});
  for (std::size_t i = 0; i < room_count; ++i)
    made.rooms.push_back(must(store.execute(form)).id);
  return made;
}

/// What one run has done so far.
struct run {
  clock_type::time_point until;
  std::size_t asked = 0;
  std::vector<double> microseconds; // of each check
  std::string refused;              // why, if one was
};

/// Asks, and asks again when the answer has come, until the time is over. An actor without a behaviour ends with its
/// last answer. `ask(self, subject, answered)` calls `answered` with the reason of a refusal, or with nothing.
template <class Ask>
void ask_next(caf::event_based_actor* self, run& state, const Ask& ask) {
  auto begun = clock_type::now();
  if (begun >= state.until || !state.refused.empty())
    return;
  ask(self, subject{state.asked++}, [self, &state, &ask, begun](const std::string& refusal) {
    state.microseconds.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - begun).count());
    if (!refusal.empty())
      state.refused = refusal;
    ask_next(self, state, ask);
  });
}

/// One run with so many checks open; ends the program if one was refused: all users are members.
template <class Ask>
run perform(caf::actor_system& system, std::size_t in_flight, std::chrono::milliseconds length, const Ask& ask) {
  run state;
  state.until = clock_type::now() + length;
  auto asker = system.spawn([&state, &ask, in_flight](caf::event_based_actor* self) {
    for (std::size_t i = 0; i < in_flight; ++i)
      ask_next(self, state, ask);
  });
  caf::scoped_actor waiting{system};
  waiting->wait_for(asker);
  if (!state.refused.empty()) {
    std::fprintf(stderr, "a check was refused: %s\n", state.refused.c_str());
    std::exit(1);
  }
  return state;
}

/// Warms up, measures and prints.
template <class Ask>
void measure(const char* name, const char* end, caf::actor_system& system, std::size_t in_flight,
             std::chrono::milliseconds length, const Ask& ask) {
  perform(system, in_flight, warm_up, ask);
  auto begun = clock_type::now();
  auto found = perform(system, in_flight, length, ask).microseconds;
  auto seconds = std::chrono::duration<double>(clock_type::now() - begun).count();
  std::sort(found.begin(), found.end());
  auto at = [&found](double part) { return found[static_cast<std::size_t>(part * double(found.size() - 1))]; };
  std::printf("%s: %.0f checks/s, p50 %.1f us, p99 %.1f us%s", name, static_cast<double>(found.size()) / seconds,
              at(0.5), at(0.99), end);
}

std::string words_of(const caf::error& reason) {
  return to_string(code_of(reason)) + " " + context_of(reason).detail;
}

} // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench-access DIRECTORY|postgresql://... [IN-FLIGHT [SECONDS]]\n");
    return 2;
  }
  auto number_at = [&](int index, long otherwise) { return index < count ? std::atol(words[index]) : otherwise; };
  auto in_flight = static_cast<std::size_t>(std::max(1l, number_at(2, 16)));
  auto length = std::chrono::seconds{std::max(1l, number_at(3, 5))};
  auto store = must(open_at(words[1], [](const auto& options) { return sql::open_store(options); }));
  auto people = make_population(*must(store->open_session()));

  actor_config config;
  caf::actor_system system{config};
  auto readers = store->spawn_reader_pool(system);
  room_config settings;
  settings.idle = std::chrono::hours{24};
  std::vector<room_actor> rooms;
  for (auto id : people.rooms) // nothing is posted and none is idle: neither a log writer nor a partition is asked
    rooms.push_back(system.spawn(callboard::room, id, guard_of(people.epochs, id), settings,
                                 room_neighbours{log_writer_actor{}, readers, partition_actor{}}));

  measure("from memory", "; ", system, in_flight, length,
          [&](caf::event_based_actor* self, subject about, auto answered) {
            principal who;
            who.user = people.users[about.user];
            who.role = role::user;
            self->request(rooms[about.room], deadline, room_admit{people.rooms[about.room], who})
                .then([answered](const room_admission&) { answered(std::string{}); },
                      [answered](caf::error& reason) { answered(words_of(reason)); });
          });
  measure("by a query", "\n", system, in_flight, length,
          [&](caf::event_based_actor* self, subject about, auto answered) {
            auto user = people.users[about.user];
            // The page of one member that begins behind the user before.
            list_members page_of_one{people.rooms[about.room], 1, std::to_string(number_of(user) - 1)};
            self->request(readers, deadline, std::move(page_of_one))
                .then(
                    [answered, user](const page<member>& found) {
                      auto is_member = !found.items.empty() && found.items.front().user == user;
                      answered(is_member ? std::string{} : std::string{"not found among the members"});
                    },
                    [answered](caf::error& reason) { answered(words_of(reason)); });
          });

  caf::scoped_actor self{system};
  for (auto& each : rooms)
    self->send_exit(each, caf::exit_reason::user_shutdown);
  for (auto& each : rooms)
    self->wait_for(each);
  self->send_exit(readers, caf::exit_reason::user_shutdown);
  self->wait_for(readers);
  return 0;
}
