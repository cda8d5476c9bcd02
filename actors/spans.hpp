#pragma once

#include <string_view>
#include <vector>

#include <caf/error.hpp>

#include "messages/events.hpp"
#include "messages/spans.hpp"

namespace callboard {

/// Ends what did not succeed, with the name of the error's code.
void end_failed(live_span& span, const caf::error& reason);

void end_all(std::vector<live_span>& spans);
void end_all_failed(std::vector<live_span>& spans, const caf::error& reason);

/// What an actor does with events of a partition: `operation` is "send" or "process" (OpenTelemetry's conventions for
/// messaging), `system` the log's name, "callboard" or "kafka".
struct messaging_step {
  span_kind kind = span_kind::producer;
  std::string_view operation;
  std::string_view system;
  partition_id partition{};
};

/// Begins the span of one event that is in a sampled trace.
live_span begin_messaging_span(const tracer_ptr& tracing, const domain_event& event, const messaging_step& step);

} // namespace callboard
