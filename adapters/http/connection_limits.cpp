#include "adapters/http/connection_limits.hpp"

#include <utility>

namespace callboard::http {

connection_ticket::connection_ticket(connection_ticket&& other) noexcept
    : limits_{std::exchange(other.limits_, nullptr)}, address_{std::exchange(other.address_, nullptr)},
      late_{other.late_} {}

connection_ticket& connection_ticket::operator=(connection_ticket&& other) noexcept {
  if (this != &other) {
    release();
    limits_ = std::exchange(other.limits_, nullptr);
    address_ = std::exchange(other.address_, nullptr);
    late_ = other.late_;
  }
  return *this;
}

void connection_ticket::release() {
  if (limits_)
    std::exchange(limits_, nullptr)->leave(std::exchange(address_, nullptr), late_);
}

connection_ticket connection_limits::admit(const std::string& address) {
  connection_ticket ticket;
  if (count_.fetch_add(1) >= total_) {
    count_.fetch_sub(1);
    return ticket;
  }
  if (per_address_ > 0 && !address.empty()) {
    std::lock_guard lock{mutex_};
    auto& entry = *by_address_.try_emplace(address, 0).first;
    if (entry.second >= per_address_) {
      count_.fetch_sub(1);
      return ticket;
    }
    ++entry.second;
    ticket.address_ = &entry;
  }
  ticket.late_ = is_late_;
  if (ticket.late_)
    late_.fetch_add(1);
  ticket.limits_ = this;
  return ticket;
}

void connection_limits::leave(std::pair<const std::string, std::size_t>* address, bool late) {
  if (address) {
    std::lock_guard lock{mutex_};
    if (--address->second == 0)
      by_address_.erase(by_address_.find(address->first));
  }
  if (late)
    late_.fetch_sub(1);
  count_.fetch_sub(1);
}

} // namespace callboard::http
