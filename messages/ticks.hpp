#pragma once

namespace callboard {

// Timers that actors send to themselves.

/// Requests of the actor may be past their deadline.
struct deadline_tick {};
struct room_tick {
  bool read_again = false; // another try to fill a hole, besides the regular one
};
struct mirror_tick {
  bool watch_only = false; // another try to reach the room, besides the regular one
};
struct user_tick {};
struct relay_tick {
  enum class purpose : unsigned char {
    resume, // a lane's pause is over
    poll,   // the regular look, besides the pauses
    trim,   // what was published since may be removed
    stop,   // what is under way had its time to end
  };
  purpose why = purpose::resume;
  unsigned lane = 0;
};
struct watch_tick {};
struct analytics_tick {
  enum class purpose : unsigned char {
    begin,  // asks the log
    forget, // removes what is too old
  };
  purpose why = purpose::begin;
};
struct reminder_tick {};
/// `generation`: a wake-up that was replaced by a newer one is recognised and ignored.
struct partition_tick {
  unsigned long generation = 0;
};
struct reload_tick {};
struct revocation_tick {};
struct key_tick {};
struct notifier_tick {
  unsigned long ticket = 0;
};

} // namespace callboard
