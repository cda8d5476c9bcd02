#pragma once

#include <string>
#include <vector>

#include "messages/spans.hpp"

namespace callboard::telemetry {

/// Who tells of spans: the resource of OpenTelemetry.
struct trace_resource {
  std::string service = "callboard";
  std::string version;
  std::string instance; // the node
};

/// The body of an OTLP/HTTP request in its JSON form (https://opentelemetry.io/docs/specs/otlp/): ids are hexadecimal
/// digits, 64-bit numbers decimal texts, names of fields in lowerCamelCase.
std::string write_otlp(const trace_resource& resource, const std::vector<span_record>& spans);

/// How many spans a collector says that it rejected, in its answer to those that it took. 0 for any other answer.
std::uint64_t read_rejected(const std::string& answer);

/// What is wrong with the address of a collector, or nothing: an http or https URL with a host, and no query.
std::string check_trace_url(const std::string& url);

/// Where spans are sent: with the path /v1/traces, unless the address has a path of its own.
std::string trace_target(const std::string& url);

} // namespace callboard::telemetry
