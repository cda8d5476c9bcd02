#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace callboard::load {

/// What a publication's offset says about the stream so far.
enum class verdict {
  in_order,  ///< the offset that was due
  gap,       ///< one or more offsets before it have not come (yet)
  late,      ///< an offset of an earlier gap: nothing lost, but out of order
  duplicate, ///< an offset that came before
};

/// Checks one subscriber's view of one channel: offsets must come consecutively from where it started.
class sequence_checker {
public:
  /// Starts a stream: `position` is the offset of the last publication that counts as seen.
  void start(std::uint64_t position);

  /// Judges the next publication.
  verdict accept(std::uint64_t offset) {
    if (offset == expected_) [[likely]] {
      ++expected_;
      return verdict::in_order;
    }
    return judge(offset);
  }

  /// The offset that is due next.
  std::uint64_t expected() const { return expected_; }

  /// The highest offset seen, or where the stream started.
  std::uint64_t position() const { return expected_ - 1; }

  /// How many offsets below expected() have not come.
  std::uint64_t missing() const;

private:
  struct range {
    std::uint64_t first;
    std::uint64_t last;
  };

  verdict judge(std::uint64_t offset);

  std::uint64_t expected_ = 1;
  std::unique_ptr<std::vector<range>> gaps_; ///< made at the first gap: a faultless subscriber pays 8 bytes
};

} // namespace callboard::load
