#pragma once

#include <cstdint>

#include <caf/exit_reason.hpp>

namespace callboard {

/// Ends the idle actor that an entry of a supervisor holds, and forgets the entry. Not if messages went to it
/// (`passed`) since it counted those that it `handled`: they are in its mailbox. Whether it was let go.
template <class Self, class Entries, class Id, class Handle>
bool let_go(Self& self, Entries& entries, Id id, std::uint64_t handled, Handle Entries::mapped_type::*actor) {
  auto found = entries.find(id);
  if (found == entries.end() || found->second.passed != handled)
    return false;
  self->demonitor((found->second.*actor).address());
  self->send_exit(found->second.*actor, caf::exit_reason::user_shutdown);
  entries.erase(found);
  return true;
}

} // namespace callboard
