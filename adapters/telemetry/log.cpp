#include "adapters/telemetry/log.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>

#include <spdlog/async_logger.h>
#include <spdlog/details/periodic_worker.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/daily_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "messages/messages.hpp"

namespace callboard::telemetry {
namespace {

constexpr std::chrono::seconds flush_interval{1};
constexpr std::chrono::seconds flush_patience{5}; // of an end: a disk that hangs must not keep the process

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

spdlog::level::level_enum level_of(std::string_view name) {
  auto found = std::find(log_levels.begin(), log_levels.end(), name);
  return static_cast<spdlog::level::level_enum>(found - log_levels.begin()); // spdlog's are in the same order
}

class component_log final : public http::logger {
public:
  component_log(std::shared_ptr<spdlog::logger> log, bool json) : log_(std::move(log)), json_(json) {}

  void on_request(const http::request_record& record) override {
    if (!log_->should_log(spdlog::level::info))
      return;
    auto method = http::to_string(record.method);
    auto milliseconds = static_cast<double>(record.duration.count()) / 1000.0;
    auto trace = show_trace(record.trace_id);
    if (json_)
      log_->info(
          R"("event":"request","method":"{}","path":"{}","status":{},"ms":{:.3f},"request_id":"{}"{},"user":{},"address":"{}")",
          method, escape(record.pattern), record.status, milliseconds, escape(record.request_id), trace,
          number_of(record.user), escape(record.address));
    else
      log_->info("{} {} {} {:.3f} ms request_id={}{} user={} address={}", method, escape(record.pattern), record.status,
                 milliseconds, escape(record.request_id), trace, number_of(record.user), escape(record.address));
  }

  void on_event(http::severity level, std::string_view text, const http::line_subject& about) override {
    if (!log_->should_log(level_of(level)))
      return;
    auto trace = show_trace(about.trace_id);
    if (json_)
      log_->log(level_of(level), R"("event":"{}","request_id":"{}"{})", escape(text), escape(about.request_id), trace);
    else if (about.request_id.empty())
      log_->log(level_of(level), "{}{}", escape(text), trace);
    else
      log_->log(level_of(level), "{} request_id={}{}", escape(text), escape(about.request_id), trace);
  }

private:
  std::string show_trace(std::string_view id) const {
    if (id.empty())
      return {};
    return json_ ? fmt::format(R"(,"trace_id":"{}")", escape(id)) : fmt::format(" trace_id={}", escape(id));
  }

  std::shared_ptr<spdlog::logger> log_;
  bool json_;
};

/// Stands behind all lines that were logged before it: the queue is in order, and one thread writes. (That the queue is
/// empty says less: the line taken last may not be written yet.)
class end_of_queue final : public spdlog::sinks::sink {
public:
  void wait_for(std::chrono::seconds patience) const { is_reached_.wait_for(patience); }

  void flush() override { reached_.set_value(); }
  void log(const spdlog::details::log_msg&) override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

private:
  std::promise<void> reached_;
  std::future<void> is_reached_ = reached_.get_future();
};

} // namespace

struct log::parts {
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::sinks::dist_sink_mt> out = std::make_shared<spdlog::sinks::dist_sink_mt>();
  std::array<std::shared_ptr<spdlog::logger>, log_components.size()> components;
  std::unique_ptr<spdlog::details::periodic_worker> flusher; // of files, whose lines are gathered
};

log::log(log_options options) : options_{std::move(options)}, parts_{std::make_unique<parts>()} {
  auto& my = *parts_;
  my.writer = std::make_shared<spdlog::details::thread_pool>(options_.queue, 1);
  for (std::size_t i = 0; i < log_components.size(); ++i) {
    auto made = std::make_shared<spdlog::async_logger>(std::string{log_components[i]}, my.out, my.writer,
                                                       spdlog::async_overflow_policy::overrun_oldest);
    made->set_level(level_of(options_.level));
    my.components[i] = std::move(made);
  }
  if (!options_.file.empty())
    my.flusher = std::make_unique<spdlog::details::periodic_worker>([out = my.out] { out->flush(); }, flush_interval);
}

log::~log() = default;

caf::expected<std::shared_ptr<log>> log::open(log_options options) {
  std::shared_ptr<log> made{new log{std::move(options)}};
  if (auto reason = made->reopen())
    return reason;
  return made;
}

caf::error log::reopen() {
  std::shared_ptr<spdlog::sinks::sink> sink;
  try {
    if (!options_.file.empty())
      sink = std::make_shared<spdlog::sinks::daily_file_sink_mt>(options_.file, 0, 0, false, options_.keep_days);
    else if (options_.format == "json")
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  } catch (const spdlog::spdlog_ex& error) {
    return make_failure(errc::unavailable, "The log cannot be opened: " + escape(error.what()));
  }
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      options_.format == "json" ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","component":"%n",%v})"
                                : "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %n %v",
      spdlog::pattern_time_type::utc));
  parts_->out->set_sinks({std::move(sink)});
  return {};
}

std::shared_ptr<http::logger> log::of(log_component part) const {
  return std::make_shared<component_log>(parts_->components[static_cast<std::size_t>(part)], options_.format == "json");
}

std::vector<std::pair<std::string, std::string>> log::levels() const {
  std::vector<std::pair<std::string, std::string>> found;
  for (std::size_t i = 0; i < log_components.size(); ++i)
    found.emplace_back(log_components[i], log_levels.at(static_cast<std::size_t>(parts_->components[i]->level())));
  return found;
}

void log::set_level(std::string_view component, std::string_view level) {
  for (std::size_t i = 0; i < log_components.size(); ++i)
    if (component.empty() || log_components[i] == component)
      parts_->components[i]->set_level(level_of(level));
}

void log::flush() {
  auto end = std::make_shared<end_of_queue>();
  std::make_shared<spdlog::async_logger>("flush", end, parts_->writer, spdlog::async_overflow_policy::overrun_oldest)
      ->flush();
  end->wait_for(flush_patience);
  parts_->out->flush();
}

std::uint64_t log::dropped() const {
  return parts_->writer->overrun_counter();
}

bool is_log_level(std::string_view name) {
  return std::find(log_levels.begin(), log_levels.end(), name) != log_levels.end();
}

bool is_log_component(std::string_view name) {
  return std::find(log_components.begin(), log_components.end(), name) != log_components.end();
}

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

} // namespace callboard::telemetry
