#include "actors/message_gate.hpp"

#include <chrono>
#include <mutex>
#include <utility>

namespace callboard {
namespace {

class counting_gate final : public message_gate, public std::enable_shared_from_this<counting_gate> {
public:
  counting_gate(core::admission_config config, std::shared_ptr<node_probe> probe)
      : probe_{std::move(probe)}, limit_{config, std::chrono::steady_clock::now()} {}

  message_place enter() override {
    {
      std::lock_guard lock{mutex_};
      auto is_in = limit_.enter(std::chrono::steady_clock::now());
      tell(is_in);
      if (!is_in)
        return nullptr;
    }
    return {this, [self = shared_from_this()](const counting_gate*) { self->leave(); }};
  }

private:
  void leave() {
    std::lock_guard lock{mutex_};
    limit_.leave(std::chrono::steady_clock::now());
    tell(true);
  }

  void tell(bool is_in) {
    if (!probe_)
      return;
    probe_->messages_under_way.set(static_cast<std::int64_t>(limit_.under_way()));
    probe_->messages_limit.set(static_cast<std::int64_t>(limit_.limit()));
    if (!is_in)
      probe_->messages_refused.add();
  }

  const std::shared_ptr<node_probe> probe_;
  std::mutex mutex_;
  core::admission_limit limit_;
};

} // namespace

std::shared_ptr<message_gate> make_message_gate(core::admission_config config, std::shared_ptr<node_probe> probe) {
  return std::make_shared<counting_gate>(config, std::move(probe));
}

} // namespace callboard
