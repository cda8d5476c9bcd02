// How many messages a second a store takes, without the server around it: batches as the log writer makes them, one
// after another, each committed before the next.
//
//   bench-store DIRECTORY|postgresql://... [BATCH [ROOMS [SECONDS]]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/store/opening.hpp"

using namespace callboard;
using namespace callboard::bench;
using clock_type = std::chrono::steady_clock;

namespace {

struct population {
  user_id user{};
  std::vector<room_id> rooms;
  std::vector<epoch_number> epochs;
};

population make_population(sql::store_session& store, std::size_t rooms) {
  population made;
  made.epochs = claim_all(store);
  auto now = clock_type::now().time_since_epoch().count();
  register_user form;
  form.username = "bench" + std::to_string(now);
  made.user = must(store.execute(form)).id;
  for (std::size_t i = 0; i < rooms; ++i) {
    create_room room;
    room.guard = guard_of(made.epochs, made.user);
    room.creator = made.user;
    room.name = "room";
    made.rooms.push_back(must(store.execute(room)).id);
  }
  return made;
}

append_events message(const population& people, std::size_t number) {
  auto room = people.rooms[number % people.rooms.size()];
  append_events op;
  op.guard = guard_of(people.epochs, room);
  op.room = room;
  room_event event;
  event.actor = people.user;
  event.text =
      "A message of ordinary length, as people write them to each other all day, no. " + std::to_string(number);
  event.key = "key-" + std::to_string(number);
  op.events.push_back(std::move(event));
  return op;
}

} // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "usage: bench-store DIRECTORY|postgresql://... [BATCH [ROOMS [SECONDS]]]\n");
    return 2;
  }
  auto number_at = [&](int index, long otherwise) { return index < count ? std::atol(words[index]) : otherwise; };
  auto batch_size = static_cast<std::size_t>(std::max(1l, number_at(2, 500)));
  auto rooms = static_cast<std::size_t>(std::max(1l, number_at(3, 50)));
  auto length = std::chrono::seconds{std::max(1l, number_at(4, 10))};
  auto session = must(open_at(words[1], [](const auto& options) { return sql::open_session_store(options); }));
  auto& store = *session;
  auto people = make_population(store, rooms);
  std::vector<double> milliseconds;
  std::size_t messages = 0;
  auto begun = clock_type::now();
  while (clock_type::now() - begun < length) {
    write_batch batch;
    for (std::size_t i = 0; i < batch_size; ++i)
      batch.operations.emplace_back(message(people, messages++));
    auto sent = clock_type::now();
    auto answers = store.execute(batch);
    if (!answers || std::any_of(answers->answers.begin(), answers->answers.end(),
                                [](auto& each) { return std::holds_alternative<caf::error>(each); })) {
      std::fprintf(stderr, "a batch was refused\n");
      return 1;
    }
    milliseconds.push_back(std::chrono::duration<double, std::milli>(clock_type::now() - sent).count());
  }
  auto seconds = std::chrono::duration<double>(clock_type::now() - begun).count();
  std::sort(milliseconds.begin(), milliseconds.end());
  auto at = [&](double part) { return milliseconds[static_cast<std::size_t>(part * double(milliseconds.size() - 1))]; };
  std::printf("%.0f messages/s in batches of %zu over %zu rooms; a batch p50 %.1f ms, p99 %.1f ms\n",
              static_cast<double>(messages) / seconds, batch_size, rooms, at(0.5), at(0.99));
  return 0;
}
