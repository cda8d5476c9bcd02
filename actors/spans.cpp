#include "actors/spans.hpp"

#include <string>

#include "messages/errors.hpp"

namespace callboard {

void end_failed(live_span& span, const caf::error& reason) {
  if (span)
    span.fail(to_string(code_of(reason)));
  span.end();
}

void end_all(std::vector<live_span>& spans) {
  for (auto& span : spans)
    span.end();
}

void end_all_failed(std::vector<live_span>& spans, const caf::error& reason) {
  for (auto& span : spans)
    end_failed(span, reason);
}

live_span begin_messaging_span(const tracer_ptr& tracing, const domain_event& event, const messaging_step& step) {
  auto span = begin_span(tracing, event.trace, step.kind, std::string{step.operation} + " " + event.topic);
  span.set("messaging.system", step.system);
  span.set("messaging.operation.type", step.operation);
  span.set("messaging.operation.name", step.operation);
  span.set("messaging.destination.name", event.topic);
  span.set("messaging.destination.partition.id", to_string(step.partition));
  span.set("messaging.message.id", to_string(event.id));
  return span;
}

} // namespace callboard
