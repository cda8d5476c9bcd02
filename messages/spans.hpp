#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "messages/trace.hpp"

namespace callboard {

/// The kinds of OpenTelemetry, with the numbers that they have in OTLP.
enum class span_kind : std::uint8_t { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

/// One thing that was done in a trace, and how long it took.
struct span_record {
  trace_context context;                // its own
  std::array<std::uint8_t, 8> parent{}; // zero: the trace begins here
  std::string name;
  span_kind kind = span_kind::internal;
  std::chrono::system_clock::time_point begun, ended;
  /// By names of OpenTelemetry's semantic conventions; the names are literals.
  std::vector<std::pair<std::string_view, std::variant<std::int64_t, std::string>>> attributes;
  bool failed = false;
  std::string failure; // why, in a few words; may be empty
};

/// Takes spans that have ended. Thread-safe; it never waits: what it has no room for it drops and counts.
class span_recorder {
public:
  virtual ~span_recorder() = default;
  virtual void record(span_record span) = 0;
};

/// Something that is being done in a trace. Copies are the same one; it ends once, at the latest with the last copy.
/// If the trace is not sampled, or nobody records, there is nothing behind it: every call is then a branch.
class live_span {
public:
  live_span() = default;
  /// Does not record, but hands `context` on.
  explicit live_span(const trace_context& context) : context_{context} {}
  /// Begins one below `parent`, which is zero in a new trace.
  live_span(std::shared_ptr<span_recorder> recorder, const trace_context& parent, span_kind kind, std::string name);

  /// Whether it is recorded.
  explicit operator bool() const { return open_ != nullptr; }
  /// What to hand on to whatever follows from it.
  const trace_context& context() const { return context_; }

  void rename(std::string name);
  void set(std::string_view attribute, std::int64_t value);
  void set(std::string_view attribute, std::string_view value); // cut to 256 bytes
  void fail(std::string_view reason);
  void end();

private:
  struct open_span;
  trace_context context_;
  std::shared_ptr<open_span> open_;
};

/// Decides which traces are recorded, and begins spans. Thread-safe.
///
/// An incoming trace goes on under its id. Whether it is recorded is said by its flag if the peer is trusted; by our
/// own ratio, drawn anew and not by the id, if it is not: whoever can choose an id must not choose to be recorded.
class tracer {
public:
  /// Without a recorder nothing is recorded, and traces are only handed on. `ratio`: of the requests that bring no
  /// decision with them, how many are recorded, 0 to 1.
  tracer(std::shared_ptr<span_recorder> recorder, double ratio);

  /// A request from outside. `incoming` may be empty; otherwise its span is the caller's.
  live_span serve(const trace_context& incoming, bool is_trusted, std::string_view name) const;

  /// A step of something that is in a trace already.
  live_span begin(const trace_context& parent, span_kind kind, std::string_view name) const {
    return parent.is_sampled() && recorder_ ? live_span{recorder_, parent, kind, std::string{name}} : live_span{parent};
  }

private:
  bool draw() const;

  std::shared_ptr<span_recorder> recorder_;
  std::uint64_t threshold_ = 0; // of 2^53 numbers, those below it are recorded
};

using tracer_ptr = std::shared_ptr<const tracer>;

/// As `tracer::begin`; without a tracer nothing is recorded.
inline live_span begin_span(const tracer_ptr& tracing, const trace_context& parent, span_kind kind,
                            std::string_view name) {
  return tracing ? tracing->begin(parent, kind, name) : live_span{parent};
}

} // namespace callboard
