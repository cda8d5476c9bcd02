#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/probe.hpp"

namespace callboard::redis {

/// One value as Redis sends it (RESP 2).
struct reply {
  enum class kind : std::uint8_t { nothing, number, text, list, error };

  kind type = kind::nothing;
  std::int64_t number = 0;
  std::string text; // of `text` and `error`
  std::vector<reply> items;

  bool is_text(std::string_view expected) const { return type == kind::text && text == expected; }
  /// A list of so many numbers.
  bool is_numbers(std::size_t count) const;
};

/// How a command ended. Only `ok` comes with a value; after `timeout` and `lost` it may have been executed.
enum class outcome : std::uint8_t {
  ok,
  refused, // Redis answered with an error, or with something else than asked for
  timeout,
  lost, // the connection ended before the answer
  away, // not sent: there is no connection
  busy, // not sent: too many commands are under way
};

struct result {
  outcome how = outcome::away;
  reply value;
};
using result_handler = std::function<void(result)>;

void count(dependency_probe& probe, outcome how);

/// One command and its arguments; any bytes.
using command = std::vector<std::string>;
/// The command as it goes over the wire.
std::string format(const command& words);

} // namespace callboard::redis
