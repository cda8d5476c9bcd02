#pragma once

#include <span>
#include <vector>

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// The statements by which a database appends to many rooms at once: a few, however many messages. An object serves one
/// batch; its functions are called once each, in this order.
class append_forms {
public:
  /// An event with a client key.
  struct question {
    room_id room{};
    const room_event* event = nullptr;
    appended stored; // the answer: a duplicate if the key is in the log
  };
  /// A room that gets `count` events; `before` is the offset of its last event until then.
  struct growth {
    room_id room{};
    std::size_t count = 0;
    stream_offset before = 0;
    bool exists = false; // the answer, with `before`
  };
  /// An event in its place.
  struct placed {
    room_id room{};
    stream_offset offset = 0;
    const room_event* event = nullptr;
    user_id sent_by{}; // the admin who sends it in another's name
  };

  virtual ~append_forms() = default;
  /// Looks the client keys up.
  virtual void find_stored(work& unit, std::vector<question>& asked) = 0;
  /// Moves the ends of the rooms, which also locks them; they are in the order of their numbers.
  virtual void move_ends(work& unit, std::vector<growth>& rooms) = 0;
  /// Inserts events, in the order of rooms and offsets.
  virtual void insert(work& unit, const std::vector<placed>& events) = 0;
};

/// What the log says of the key of `event`: `found` stands on columns "offset", created_at, body, reply_to from
/// `first_column` on.
appended stored_result(rows& found, int first_column, const room_event& event);

/// Appends to many rooms at once: one answer for each operation, its result or a refusal.
std::vector<write_answer> append_together(work& unit, std::span<const append_events* const> operations,
                                          append_forms& forms);

} // namespace callboard::sql
