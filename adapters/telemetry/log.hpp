#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include "adapters/http/observer.hpp"

namespace callboard::telemetry {

struct log_options {
  std::string level = "info";     // trace, debug, info, warning, error
  std::string format = "console"; // or json: one object a line
  std::string file;               // empty: standard error. "logs/callboard.log": logs/callboard_2026-11-28.log, ...
  std::uint16_t keep_days = 14;   // files of so many days are kept
  std::size_t queue = 8'192;      // lines that may wait to be written; beyond, the oldest are dropped and counted
};

/// Parts of the server whose levels can be set by themselves.
enum class log_component : std::uint8_t { node, http, accounts, cache, events };
inline constexpr std::array<std::string_view, 5> log_components{"node", "http", "accounts", "cache", "events"};
inline constexpr std::array<std::string_view, 5> log_levels{"trace", "debug", "info", "warning", "error"};

/// The process's log. Lines are written by a thread of its own: who logs never waits for a disk or a terminal. Nothing
/// that comes from outside can break a line: every value is escaped.
class log {
public:
  /// The error is one sentence for the operator: the file cannot be opened.
  static caf::expected<std::shared_ptr<log>> open(log_options options);
  ~log(); // writes what waits
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  /// Where a component logs. It may be used for as long as the log exists.
  std::shared_ptr<http::logger> of(log_component part) const;

  /// Each component with its level, in their order.
  std::vector<std::pair<std::string, std::string>> levels() const;

  /// Sets the level of a component, or of all if none is named, from the next line on. Both names must be known.
  void set_level(std::string_view component, std::string_view level);

  /// Opens the file again: it may have been moved away. The error is one sentence; the old file stays in use then.
  caf::error reopen();

  /// Waits until what was logged before is written, five seconds at most: for an end that runs no destructors.
  void flush();

  /// Lines that were dropped since the start.
  std::uint64_t dropped() const;

private:
  struct parts;
  explicit log(log_options options);

  log_options options_;
  std::unique_ptr<parts> parts_;
};

/// Whether there is a level, or a component, of that name.
bool is_log_level(std::string_view name);
bool is_log_component(std::string_view name);

/// Text as it may stand in a JSON string or a quoted value: quotes, backslashes and everything below space escaped.
std::string escape(std::string_view text);

} // namespace callboard::telemetry
