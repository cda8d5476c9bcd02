// How many messages a second a store takes, without the server around it: batches as the log writer makes them, one
// after another, each committed before the next.
//
//   bench-store DIRECTORY|postgresql://... [BATCH [ROOMS [SECONDS]]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "adapters/sql/postgres/store.hpp"
#include "adapters/sql/sqlite/store.hpp"

using namespace callboard;
using clock_type = std::chrono::steady_clock;

namespace {

partition_id partition_of(std::string_view key) {
  std::uint32_t hash = 2166136261u; // FNV-1a
  for (auto c : key)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<partition_id>(hash % 64);
}

sql::session_result open(const std::string& where) {
  if (where.starts_with("postgres")) {
    sql::postgres_options options;
    options.url = where;
    options.partition_of = partition_of;
    return sql::open_session_store(options);
  }
  sql::sqlite_options options;
  options.data_dir = where;
  options.partition_of = partition_of;
  return sql::open_session_store(options);
}

template <class Result>
Result must(caf::expected<Result> result) {
  if (!result) {
    std::fprintf(stderr, "refused: %s\n", context_of(result.error()).detail.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

struct population {
  user_id user{};
  std::vector<room_id> rooms;
  std::vector<epoch_number> epochs;
};

population make_population(sql::store_session& store, std::size_t rooms) {
  population made;
  claim_partitions claim{"bench", {}};
  for (unsigned i = 0; i < 64; ++i)
    claim.partitions.push_back(static_cast<partition_id>(i));
  made.epochs = must(store.execute(claim));
  auto now = clock_type::now().time_since_epoch().count();
  register_user form;
  form.username = "bench" + std::to_string(now);
  made.user = must(store.execute(form)).id;
  for (std::size_t i = 0; i < rooms; ++i) {
    create_room room;
    auto partition = partition_of(to_string(made.user));
    room.guard = {partition, made.epochs[number_of(partition)]};
    room.creator = made.user;
    room.name = "room";
    made.rooms.push_back(must(store.execute(room)).id);
  }
  return made;
}

append_events message(const population& people, std::size_t number) {
  auto room = people.rooms[number % people.rooms.size()];
  auto partition = partition_of(to_string(room));
  append_events op;
  op.guard = {partition, people.epochs[number_of(partition)]};
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
  auto opened = open(words[1]);
  if (auto* refused = std::get_if<sql::open_error>(&opened)) {
    std::fprintf(stderr, "%s\n", refused->message.c_str());
    return 1;
  }
  auto& store = *std::get<std::unique_ptr<sql::store_session>>(opened);
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
