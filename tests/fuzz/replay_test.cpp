// Every fuzz target over its corpus: what was once found, and the seeds, hold in an ordinary build and in a sanitized
// one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using entry = int (*)(const std::uint8_t* data, std::size_t size);

std::filesystem::path corpora() {
  return std::filesystem::path{CALLBOARD_SOURCE_DIR} / "tests/fuzz/corpus";
}

/// Runs a target over every file of its corpus. A target that finds something ends the process, after doctest has said
/// which file it was.
void replay(const std::string& name, entry target) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator{corpora() / name})
    files.push_back(file.path());
  REQUIRE_FALSE(files.empty());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    CAPTURE(path.string());
    std::ifstream file{path, std::ios::binary};
    REQUIRE(file);
    // Of exactly the file's size, so that the address sanitizer sees a read beyond it.
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>{file}, {}};
    bytes.shrink_to_fit();
    CHECK(target(bytes.data(), bytes.size()) == 0);
  }
}

std::set<std::string> target_names() {
  return {
#define FUZZ_TARGET(name) #name,
#include "fuzz_targets.inc"
#undef FUZZ_TARGET
  };
}

} // namespace

#define FUZZ_TARGET(name)                                                                                              \
  extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);                                              \
  TEST_CASE("the fuzz target " #name " stands its corpus") {                                                           \
    replay(#name, fuzz_##name);                                                                                        \
  }
#include "fuzz_targets.inc"
#undef FUZZ_TARGET

TEST_CASE("every corpus has a target, and every source of one is in the table") {
  std::set<std::string> folders, sources;
  for (const auto& folder : std::filesystem::directory_iterator{corpora()})
    folders.insert(folder.path().filename().string());
  const std::string ending = "_fuzz.cpp";
  for (const auto& file : std::filesystem::directory_iterator{corpora().parent_path()})
    if (auto name = file.path().filename().string(); name.ends_with(ending))
      sources.insert(name.substr(0, name.size() - ending.size()));
  CHECK(folders == target_names());
  CHECK(sources == target_names());
}
