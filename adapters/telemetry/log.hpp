#pragma once

#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "adapters/http/observer.hpp"

namespace callboard::telemetry {

struct log_options {
  std::string level = "info";     // trace, debug, info, warn, error
  std::string format = "console"; // or json: one object a line
};

/// The process's log, to standard error. Nothing that comes from outside can break a line: every value is escaped.
std::shared_ptr<spdlog::logger> make_log(const log_options& options);

/// One line per request and event of the edge.
std::shared_ptr<http::logger> make_edge_log(std::shared_ptr<spdlog::logger> log, bool json);

/// Text as it may stand in a JSON string or a quoted value: quotes, backslashes and everything below space escaped.
std::string escape(std::string_view text);

} // namespace callboard::telemetry
