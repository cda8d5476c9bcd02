#pragma once

#include <memory>

#include <caf/error.hpp>

#include "messages/errors.hpp"

namespace callboard {

/// A message's place among those that are under way: goes with it, and is free again when the last copy is gone.
using message_place = std::shared_ptr<const void>;

/// Says at the door whether a message can still be taken, so that what is taken is answered in time and the rest costs
/// no more than its refusal. Thread-safe; takes far less than a microsecond.
class message_gate {
public:
  virtual ~message_gate() = default;
  /// A place for one message. Nothing: it is to be refused at once, with `no_message_place`.
  virtual message_place enter() = 0;
};

/// What the sender of a message hears for which there was no place.
inline caf::error no_message_place() {
  return make_failure(errc::overloaded, "too many messages are under way");
}

} // namespace callboard
