#include <algorithm>
#include <utility>

#include "actors/room_mirror.hpp"

// How committed events reach the connections that follow.

namespace callboard {

void room_mirror_state::take(room_batch& batch) {
  if (batch.forget_names)
    ring.reset(ring.tail());
  auto& events = batch.events;
  bool asked = events.empty() && !batch.forget_names; // to look for what was missed
  std::erase_if(events, [this](const room_event& each) { return each.offset <= ring.tail(); });
  bool hole = events.empty() ? asked : events.front().offset != ring.tail() + 1;
  if (hole) {
    // Missed while the room was away: the store has it all, up to here at least.
    self->request(neighbours.store, config.deadline, read_events{id, ring.tail(), 0, 500})
        .await(
            [this](std::vector<room_event>& missing) {
              if (missing.empty())
                return;
              room_batch filled{id, std::move(missing), false};
              take(filled);
              room_batch more{id, {}, false};
              take(more);
            },
            [this](caf::error&) {
              self->delayed_send(self, config.retry, room_batch{id, {}, false});
            });
    return;
  }
  const auto* first = events.data();
  const auto* end = first + events.size();
  const auto* begin = first;
  for (const auto* event = first; event != end; ++event) {
    ring.push(*event);
    if (event->kind == event_kind::member_removed) {
      held.insert(held.end(), begin, event);
      release();
      cut(event->target, "you are no longer a member");
      begin = event;
    }
  }
  held.insert(held.end(), begin, end);
  // A room where several messages are under way: what the next commits bring within a moment goes out together, since
  // a write costs more than the bytes in it. Senders who wait for their messages to arrive bring as many as went out
  // last; with those the waiting ends. A single message never waits.
  bool more_to_come = held.size() < std::min(expected, config.events_per_frame);
  auto wait = more_to_come ? gathering_time() : std::chrono::microseconds{0};
  if (wait.count() == 0)
    release();
  else if (!std::exchange(gathering, true))
    self->delayed_send(self, wait, mirror_release{releases});
  wake_waiting();
}

std::chrono::microseconds room_mirror_state::gathering_time() const {
  std::size_t live = 0;
  for (auto& each : lanes)
    live += each.live.size();
  auto wait = std::min(config.gather_per_connection * static_cast<std::int64_t>(live), config.longest_gather);
  return wait < std::chrono::milliseconds{1} ? std::chrono::microseconds{0} : wait;
}

void room_mirror_state::release() {
  gathering = false;
  ++releases;
  expected = std::max(held.size(), expected / 2);
  if (held.empty())
    return;
  deliver(held.data(), held.data() + held.size());
  held.clear();
}

void room_mirror_state::deliver(const room_event* first, const room_event* last) {
  if (config.probe && config.wall_clock) {
    auto now = config.wall_clock();
    for (auto* each = first; each != last; ++each) {
      auto took = std::max<std::int64_t>((now - each->created_at).count(), 0);
      config.probe->delivery_ms.observe(static_cast<std::uint64_t>(took));
    }
  }
  while (first != last) {
    auto count = std::min<std::size_t>(static_cast<std::size_t>(last - first), config.events_per_frame);
    shared_bytes bytes;
    for (std::size_t thread = 0; thread < lanes.size(); ++thread) {
      auto& each = lanes[thread];
      if (each.live.empty())
        continue;
      if (!bytes)
        bytes = neighbours.wire->encode_events(id, first, first + count);
      if (!each.shared)
        each.shared = std::make_shared<const std::vector<connection_ref>>(each.live);
      neighbours.out->send_each(static_cast<std::uint16_t>(thread), each.shared, bytes);
      if (config.probe)
        config.probe->deliveries.add(each.live.size() * count);
    }
    first += count;
  }
}

void room_mirror_state::wake_waiting() {
  for (auto connection : std::exchange(ahead, {}))
    if (auto* who = find(connection))
      advance(*who);
}

} // namespace callboard
