#pragma once

#include <memory>

#include "messages/probe.hpp"

namespace callboard {

/// Notes how much waits in an actor's mailbox. Only the actor itself may ask, so it does so when it handles one of the
/// messages that make up its load.
template <class Self>
void note_depth(Self* self, const std::shared_ptr<node_probe>& probe, mailbox_kind kind) {
  if (probe)
    probe->mailboxes[static_cast<std::size_t>(kind)].note(self->mailbox().size());
}

} // namespace callboard
