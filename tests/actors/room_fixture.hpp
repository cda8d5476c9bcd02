#pragma once

#include "actors/room.hpp"
#include "tests/actors/fakes.hpp"

namespace callboard::test {

/// Room 7 of user1 (its owner), user2 (a member) and user3 (a room's admin), with a log of four events.
struct room_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<partition_actor> partition{*this};
  fake<room_mirror_actor> mirror{*this};
  room_config config;
  room_actor room;
  room_record record;

  room_fixture() {
    record.room.id = room_id{7};
    record.room.name = "tea";
    record.room.last_offset = 4;
    record.members = {{user_id{1}, "user1", member_role::owner, {}},
                      {user_id{2}, "user2", member_role::member, {}},
                      {user_id{3}, "user3", member_role::admin, {}}};
  }

  void begin() {
    room = start(callboard::room, room_id{7}, fence{partition_id{1}, epoch_number{1}}, config,
                 room_neighbours{writer, store, partition});
    settle();
  }
  void load() {
    begin();
    store.answer<load_room>(record);
  }
  void load_and_watch() {
    load();
    ask<room_watched>(room, room_watch{room_id{7}, mirror});
  }

  pending<appended> post(int user, std::string text, std::string key = {}) {
    return ask<appended>(room, room_post{room_id{7}, caller(user), std::move(text), std::move(key), 0, {}});
  }
  errc post_failure(const principal& who, std::string text) {
    return ask<appended>(room, room_post{room_id{7}, who, std::move(text), {}, 0, {}}).failure();
  }
  /// Commits the oldest open batch from this offset on.
  void commit(stream_offset first) {
    auto& batches = writer->all<append_events>();
    auto& batch = batches.at(batches.size() - writer->open<append_events>());
    std::vector<appended> results;
    for (std::size_t i = 0; i < batch.events.size(); ++i)
      results.push_back({first + i, timestamp{5ms}, false, true});
    writer.answer<append_events>(std::move(results));
  }
  std::vector<std::string> texts(const append_events& batch) {
    std::vector<std::string> result;
    for (auto& each : batch.events)
      result.push_back(each.text);
    return result;
  }
  /// Offsets that the watching node was sent.
  std::vector<stream_offset> seen() {
    std::vector<stream_offset> result;
    for (auto& batch : mirror->all<room_batch>())
      for (auto& each : batch.events)
        result.push_back(each.offset);
    return result;
  }
  stream_offset tail() { return ask<room_admission>(room, room_admit{room_id{7}, caller(1)}).value().tail; }
};

inline room_event message_at(stream_offset offset, std::string text = "m") {
  room_event event;
  event.offset = offset;
  event.actor = user_id{1};
  event.text = std::move(text);
  return event;
}

using offsets = std::vector<stream_offset>;

} // namespace callboard::test
