#include "adapters/telemetry/otlp.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include <boost/json.hpp>

namespace callboard::telemetry {
namespace {

namespace json = boost::json;

constexpr int status_error = 2; // of the enumeration StatusCode

json::object attribute(std::string_view key, json::object value) {
  return {{"key", json::string_view{key.data(), key.size()}}, {"value", std::move(value)}};
}

json::object text_value(const std::string& text) {
  return {{"stringValue", text}};
}

std::string nanoseconds(std::chrono::system_clock::time_point time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

json::object write_span(const span_record& span) {
  json::object made{{"traceId", print_hex(span.context.trace)},
                    {"spanId", print_hex(span.context.span)},
                    {"flags", span.context.flags},
                    {"name", span.name},
                    {"kind", static_cast<int>(span.kind)},
                    {"startTimeUnixNano", nanoseconds(span.begun)},
                    {"endTimeUnixNano", nanoseconds(span.ended)}};
  if (span.parent != decltype(span.parent){})
    made["parentSpanId"] = print_hex(span.parent);
  json::array attributes;
  for (auto& [key, value] : span.attributes) {
    if (auto* number = std::get_if<std::int64_t>(&value))
      attributes.push_back(attribute(key, {{"intValue", std::to_string(*number)}}));
    else
      attributes.push_back(attribute(key, text_value(std::get<std::string>(value))));
  }
  made["attributes"] = std::move(attributes);
  if (span.failed) {
    json::object status{{"code", status_error}};
    if (!span.failure.empty())
      status["message"] = span.failure;
    made["status"] = std::move(status);
  }
  return made;
}

/// The parts of an address: scheme, authority and what follows it.
struct address_parts {
  bool is_known = false;
  std::string_view host, rest;
};

address_parts split_url(std::string_view url) {
  address_parts parts;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme))
      continue;
    auto after = url.substr(scheme.size());
    auto end = std::min(after.find_first_of("/?#"), after.size());
    parts.is_known = true;
    parts.rest = after.substr(end);
    parts.host = after.substr(0, end);
    if (auto at = parts.host.rfind('@'); at != std::string_view::npos)
      parts.host.remove_prefix(at + 1);
  }
  return parts;
}

} // namespace

std::string write_otlp(const trace_resource& resource, const std::vector<span_record>& spans) {
  json::array written;
  written.reserve(spans.size());
  for (auto& each : spans)
    written.push_back(write_span(each));
  json::array about{attribute("service.name", text_value(resource.service)),
                    attribute("service.version", text_value(resource.version)),
                    attribute("service.instance.id", text_value(resource.instance))};
  json::object scope{{"scope", json::object{{"name", resource.service}, {"version", resource.version}}},
                     {"spans", std::move(written)}};
  json::object of_resource{{"resource", json::object{{"attributes", std::move(about)}}},
                           {"scopeSpans", json::array{std::move(scope)}}};
  return json::serialize(json::object{{"resourceSpans", json::array{std::move(of_resource)}}});
}

std::uint64_t read_rejected(const std::string& answer) {
  boost::system::error_code failure;
  auto parsed = json::parse(answer, failure);
  auto* object = failure ? nullptr : parsed.if_object();
  auto* partial = object ? object->if_contains("partialSuccess") : nullptr;
  auto* details = partial ? partial->if_object() : nullptr;
  auto* rejected = details ? details->if_contains("rejectedSpans") : nullptr;
  if (!rejected)
    return 0;
  std::uint64_t count = 0;
  if (auto* text = rejected->if_string())
    std::from_chars(text->data(), text->data() + text->size(), count);
  else if (auto* number = rejected->if_int64())
    count = static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0));
  return count;
}

std::string check_trace_url(const std::string& url) {
  if (url.empty())
    return {};
  auto parts = split_url(url);
  auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
  if (!parts.is_known || parts.host.empty() || parts.host.front() == ':' ||
      !std::all_of(url.begin(), url.end(), is_plain))
    return "must be http://host[:port] or https://host[:port], with the path of the collector if it is not /v1/traces";
  if (parts.rest.find_first_of("?#") != std::string_view::npos)
    return "must have neither a query nor a fragment";
  return {};
}

std::string trace_target(const std::string& url) {
  auto rest = split_url(url).rest;
  if (rest.empty())
    return url + "/v1/traces";
  return rest == "/" ? url + "v1/traces" : url;
}

} // namespace callboard::telemetry
