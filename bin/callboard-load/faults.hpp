#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace callboard::load {

/// What must not happen to a message.
enum class fault { lost, duplicate, out_of_order, refused, closed };

/// Counts faults and keeps the first one in words.
class fault_log {
public:
  void record(fault kind, std::string what) {
    if (!any())
      first_ = std::move(what);
    ++counts_[static_cast<std::size_t>(kind)];
  }

  bool any() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t each : counts_)
      sum += each;
    return sum != 0;
  }

  /// One sentence: the counts, then the first fault.
  std::string describe() const {
    static constexpr std::array names{"gaps", "duplicates", "out of order", "refused", "connections lost"};
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (counts_[i] != 0)
        text += (text.empty() ? "" : ", ") + std::to_string(counts_[i]) + " " + names[i];
    return text + "; first: " + first_;
  }

private:
  std::array<std::uint64_t, 5> counts_{};
  std::string first_;
};

} // namespace callboard::load
