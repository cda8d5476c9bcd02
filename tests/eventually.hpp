#pragma once

#include <chrono>
#include <thread>

namespace callboard::test {

/// Waits for a condition, for as long as a busy machine may take; false if it does not come.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds{60}) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

} // namespace callboard::test
