#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

namespace callboard::test {

/// The seed of a random test: `CALLBOARD_TEST_SEED` if it is set, else a new one. Print it with `INFO`.
inline std::uint64_t random_seed() {
  if (const auto* text = std::getenv("CALLBOARD_TEST_SEED"))
    return std::strtoull(text, nullptr, 10);
  return std::random_device{}();
}

/// Random numbers of one test.
class random_source {
public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}
  /// Evenly from `least` to `most`, both included.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{least, most}(engine_);
  }
  bool chance(double probability) { return std::bernoulli_distribution{probability}(engine_); }

private:
  std::mt19937_64 engine_;
};

} // namespace callboard::test
