#include "adapters/telemetry/log.hpp"

#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace callboard::telemetry {
namespace {

spdlog::level::level_enum level_of(http::severity level) {
  switch (level) {
  case http::severity::debug:
    return spdlog::level::debug;
  case http::severity::info:
    return spdlog::level::info;
  case http::severity::warning:
    return spdlog::level::warn;
  case http::severity::error:
    break;
  }
  return spdlog::level::err;
}

class edge_log final : public http::logger {
public:
  edge_log(std::shared_ptr<spdlog::logger> log, bool json) : log_(std::move(log)), json_(json) {}

  void on_request(const http::request_record& record) override {
    if (!log_->should_log(spdlog::level::info))
      return;
    auto method = http::to_string(record.method);
    auto milliseconds = static_cast<double>(record.duration.count()) / 1000.0;
    if (json_)
      log_->info(
          R"("event":"request","method":"{}","path":"{}","status":{},"ms":{:.3f},"request_id":"{}","user":{},"address":"{}")",
          method, escape(record.pattern), record.status, milliseconds, escape(record.request_id),
          number_of(record.user), escape(record.address));
    else
      log_->info("{} {} {} {:.3f} ms request_id={} user={} address={}", method, escape(record.pattern), record.status,
                 milliseconds, escape(record.request_id), number_of(record.user), escape(record.address));
  }

  void on_event(http::severity level, std::string_view text, std::string_view request_id) override {
    if (json_)
      log_->log(level_of(level), R"("event":"{}","request_id":"{}")", escape(text), escape(request_id));
    else if (request_id.empty())
      log_->log(level_of(level), "{}", escape(text));
    else
      log_->log(level_of(level), "{} request_id={}", escape(text), escape(request_id));
  }

private:
  std::shared_ptr<spdlog::logger> log_;
  bool json_;
};

} // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\u{:04x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

std::shared_ptr<spdlog::logger> make_log(const log_options& options) {
  bool json = options.format == "json";
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (json)
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto log = std::make_shared<spdlog::logger>("callboard", std::move(sink));
  log->set_level(spdlog::level::from_str(options.level == "warning" ? "warn" : options.level));
  if (json)
    log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
  else
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  log->flush_on(spdlog::level::info);
  return log;
}

std::shared_ptr<http::logger> make_edge_log(std::shared_ptr<spdlog::logger> log, bool json) {
  return std::make_shared<edge_log>(std::move(log), json);
}

} // namespace callboard::telemetry
