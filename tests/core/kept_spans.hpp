#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "messages/spans.hpp"

namespace callboard::test {

/// Keeps the spans that ended.
struct kept_spans final : span_recorder {
  void record(span_record span) override {
    std::lock_guard hold{mutex};
    all.push_back(std::move(span));
  }
  std::mutex mutex;
  std::vector<span_record> all;
};

/// Somewhere in a trace that is recorded.
inline trace_context sampled_context() {
  return *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
}

/// Likewise, but it is not recorded.
inline trace_context unsampled_context() {
  return *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
}

} // namespace callboard::test
