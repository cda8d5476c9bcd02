#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

/// The entry of every target, by libFuzzer's name. Whatever the bytes, it answers 0 or ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace callboard::fuzz {

/// Ends the process, saying where, unless what must always hold does.
inline void require(bool holds, const std::source_location& where = std::source_location::current()) {
  if (holds)
    return;
  std::fprintf(stderr, "%s:%u: this must always hold\n", where.file_name(), static_cast<unsigned>(where.line()));
  std::abort();
}

/// The bytes of an input, which may be none at all.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size};
}

/// Cuts an input into values. Once it is used up, numbers are 0 and texts empty.
class input {
public:
  /// Ends a text within an input: a byte that a person can put into a file, and that texts under test do without.
  static constexpr char separator = '\x1f';

  input(const std::uint8_t* data, std::size_t size) : rest_{text_of(data, size)} {}

  std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  /// Of `size` bytes, the lowest first.
  std::uint64_t number(std::size_t size = 8) {
    std::uint64_t value = 0;
    size = std::min(size, rest_.size());
    for (std::size_t i = 0; i < size; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(size);
    return value;
  }
  /// Up to the next separator.
  std::string_view text() {
    auto end = std::min(rest_.find(separator), rest_.size());
    auto found = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return found;
  }
  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

/// The value of a text that must be JSON, in valid UTF-8.
inline boost::json::value json_of(std::string_view text) {
  boost::json::error_code failure;
  auto value = boost::json::parse({text.data(), text.size()}, failure);
  require(!failure);
  return value;
}

} // namespace callboard::fuzz
