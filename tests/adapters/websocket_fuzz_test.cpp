#include "tests/adapters/websocket_support.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> read_corpus() {
  std::vector<std::string> corpus;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(CALLBOARD_SOURCE_DIR) +
                                                               "/tests/fuzz/corpus/websocket_decoder")) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  // Directories come in any order; the seed must give the same run everywhere.
  std::sort(corpus.begin(), corpus.end());
  return corpus;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

} // namespace

TEST_CASE("the decoder stands the corpus and 20,000 mutations of it") {
  const auto corpus = read_corpus();
  REQUIRE(corpus.size() >= 10);
  for (const auto& input : corpus)
    run(input);

  const auto seed = std::random_device{}();
  // The fuzz target aborts on a violation, so the seed is told before.
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t limit) { return random() % std::max<std::size_t>(limit, 1); };
  for (int i = 0; i < 20'000; ++i) {
    auto input = corpus[below(corpus.size())];
    for (auto changes = 1 + below(4); changes > 0; --changes) {
      const auto at = below(input.size());
      switch (below(5)) {
      case 0:
        if (!input.empty())
          input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      case 1:
        input.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        input.erase(at, 1 + below(8));
        break;
      case 3:
        input += corpus[below(corpus.size())];
        break;
      default:
        input.insert(at, input.substr(below(input.size()), below(32)));
      }
    }
    run(input.substr(0, 4096));
  }
  CHECK(corpus.size() >= 10);
}
