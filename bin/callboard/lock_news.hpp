#pragma once

#include <memory>
#include <mutex>

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include "adapters/http/observer.hpp"
#include "messages/messages.hpp"

namespace callboard {

/// What becomes of the store's lock, passed on from the store's own thread.
struct lock_news {
  std::mutex mutex;
  std::shared_ptr<http::logger> log;
  caf::actor placement; // once it runs

  void tell(bool held) {
    std::lock_guard hold{mutex};
    log->on_event(held ? http::severity::info : http::severity::error,
                  held ? "The lock of the store is held again; its partitions are taken over anew."
                       : "The lock of the store is lost; nothing is written until it is held again.",
                  {});
    if (held && placement)
      caf::anon_send(placement, reload_tick{});
  }
  void set_placement(caf::actor actor) {
    std::lock_guard hold{mutex};
    placement = std::move(actor);
  }
};

} // namespace callboard
