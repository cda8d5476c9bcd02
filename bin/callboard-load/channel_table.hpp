#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callboard::load {

/// Small numbers for channel names, so that the hot path compares integers.
class channel_table {
public:
  static constexpr std::uint32_t unknown = 0xffff'ffff;

  /// The number of a name; a new name gets the next number.
  std::uint32_t add(std::string_view name) {
    const auto [entry, fresh] = numbers_.try_emplace(std::string{name}, static_cast<std::uint32_t>(names_.size()));
    if (fresh)
      names_.emplace_back(name);
    return entry->second;
  }

  /// The number of a name, or `unknown`.
  std::uint32_t find(std::string_view name) const {
    const auto entry = numbers_.find(name);
    return entry == numbers_.end() ? unknown : entry->second;
  }

  /// The name of a number given out before.
  const std::string& name(std::uint32_t number) const { return names_[number]; }

  /// How many names there are; the numbers are 0 to size() - 1.
  std::size_t size() const { return names_.size(); }

private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<std::string, std::uint32_t, hash, std::equal_to<>> numbers_;
  std::vector<std::string> names_;
};

} // namespace callboard::load
