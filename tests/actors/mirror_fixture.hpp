#pragma once

#include <algorithm>
#include <utility>

#include "actors/room_mirror.hpp"
#include "tests/actors/wire_fakes.hpp"

namespace callboard::test {

/// A mirror of room 7, whose room and store are played by the test: `log` is what is committed.
struct mirror_fixture : deterministic {
  fake<placement_actor> placement{*this};
  fake<store_actor> store{*this};
  fake<mirror_registry_actor> registry{*this};
  fake<session_actor> session{*this};
  std::shared_ptr<recording_outlet> out = std::make_shared<recording_outlet>();
  room_mirror_config config;
  room_mirror_actor mirror;
  std::vector<room_event> log;
  std::unique_ptr<fake<room_actor>> room = std::make_unique<fake<room_actor>>(*this);

  mirror_fixture() { config.store_epoch = "e1"; }

  void grow(stream_offset tail) {
    while (log.size() < tail) {
      room_event event;
      event.offset = log.size() + 1;
      event.text = "m";
      log.push_back(event);
    }
  }
  std::vector<room_event> read(const read_events& query) const {
    std::vector<room_event> events;
    for (auto& each : log)
      if (each.offset > query.after && events.size() < query.limit)
        events.push_back(each);
    return events;
  }
  /// The neighbours answer by themselves: watches, admissions of everybody, reads.
  void answer_by_itself() {
    placement->on<room_watch, room_watched>([this](room_watch&) -> caf::expected<room_watched> {
      return room_watched{log.size(), caf::actor_cast<caf::strong_actor_ptr>(room->handle())};
    });
    placement->on<room_admit, room_admission>([this](room_admit&) -> caf::expected<room_admission> {
      return room_admission{log.size(), member_role::member, room_kind::group};
    });
    store->on<read_events, std::vector<room_event>>(
        [this](read_events& query) -> caf::expected<std::vector<room_event>> { return read(query); });
  }
  void begin(stream_offset tail) {
    grow(tail);
    mirror = start(room_mirror, room_id{7}, config,
                   room_mirror_neighbours{placement, store, registry, out, std::make_shared<text_codec>()});
    settle();
  }

  /// The room fails, and is at once there again as another actor.
  void restart_room() {
    auto failed = std::exchange(room, std::make_unique<fake<room_actor>>(*this));
    stop(failed->handle(), caf::exit_reason::kill);
  }

  static connection_ref connection(int number, std::uint32_t generation = 1) {
    return {static_cast<std::uint16_t>(number % 3), static_cast<std::uint32_t>(number), generation};
  }
  mirror_join join_of(int number, int user) {
    mirror_join request;
    request.room = room_id{7};
    request.who = caller(user);
    request.connection = connection(number);
    request.client = uuid_of(static_cast<std::uint8_t>(number));
    request.command = static_cast<std::uint32_t>(number);
    request.session = caf::actor_cast<caf::strong_actor_ptr>(session.handle());
    return request;
  }
  void join(int number, int user = 1) { send(mirror, join_of(number, user)); }
  void recover(int number, stream_offset offset, int user = 1) {
    auto request = join_of(number, user);
    request.recovery = {true, offset, "e1"};
    send(mirror, request);
  }
  /// Commits events up to `tail` and hands them over as one batch.
  void commit(stream_offset tail) {
    auto before = log.size();
    grow(tail);
    deliver(before, tail);
  }
  void deliver(stream_offset after, stream_offset tail) {
    room_batch batch{room_id{7}, {}, false};
    batch.events.assign(log.begin() + static_cast<std::ptrdiff_t>(after),
                        log.begin() + static_cast<std::ptrdiff_t>(tail));
    send(mirror, batch);
  }
  void drain(int number) {
    auto& line = out->at(connection(number));
    if (line.pages > 0)
      --line.pages;
    send(mirror, mirror_continue{room_id{7}, connection(number)});
  }
  void leave(int number) { send(mirror, mirror_leave{room_id{7}, connection(number)}); }
  lines sent(int number) { return out->at(connection(number)).sent; }
  std::string last(int number) {
    auto& all = out->at(connection(number)).sent;
    return all.empty() ? std::string{} : all.back();
  }
};

} // namespace callboard::test
