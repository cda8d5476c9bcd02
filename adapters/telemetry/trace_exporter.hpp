#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/http/observer.hpp"
#include "adapters/telemetry/otlp.hpp"
#include "messages/probe.hpp"
#include "messages/spans.hpp"

namespace callboard::telemetry {

struct trace_exporter_options {
  std::string url; // of the collector; may hold a name and a password, so it is never shown
  trace_resource resource;
  std::size_t max_queue = 8'192;             // spans that may wait to be sent; beyond, new ones are dropped and counted
  std::size_t batch = 512;                   // spans of one request
  std::chrono::milliseconds interval{1'000}; // the longest that a span waits for others
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds timeout{10'000}; // of a request
  std::chrono::milliseconds first_pause{500};
  std::chrono::milliseconds longest_pause{30'000}; // before a batch is sent again, whatever the collector asks for
  unsigned most_tries = 4;                         // of a batch; then its spans have failed
  std::chrono::milliseconds report_every{300'000}; // a collector that stays away is told of so often
  std::shared_ptr<node_probe> probe;               // required: what becomes of spans is counted
  std::function<void(http::severity, const std::string&)> report = [](http::severity, const std::string&) {};
};

/// Sends spans to a collector by OTLP over HTTP, from a thread of its own. Who records never waits: when more spans
/// come than the collector takes, what is new is dropped. A batch is sent again only where OTLP says so: after 429,
/// 502, 503 and 504, when the answer asks for it or else after pauses that grow, and when no answer came.
class trace_exporter final : public span_recorder {
public:
  explicit trace_exporter(trace_exporter_options options);
  ~trace_exporter() override; // as `stop` without any time
  trace_exporter(const trace_exporter&) = delete;
  trace_exporter& operator=(const trace_exporter&) = delete;

  void record(span_record span) override;

  /// Sends what waits, for so long at most; what is left then is dropped, and so is what is recorded from then on.
  void stop(std::chrono::milliseconds limit);

private:
  using clock = std::chrono::steady_clock;
  struct link; // to the collector
  struct outcome {
    bool taken = false;
    bool again = false;                       // it may be sent once more
    std::chrono::milliseconds asked_pause{0}; // by the collector
    std::string reason;
    std::uint64_t rejected = 0;
  };

  void run();
  std::vector<span_record> take_batch();
  void send(link& to, const std::vector<span_record>& spans);
  outcome post(link& to, const std::string& body);
  /// False if there is no time left for another try.
  bool pause(std::chrono::milliseconds length);
  bool is_over();
  void tell(const std::string& reason);

  trace_exporter_options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<span_record> queue_;
  bool stopping_ = false;
  clock::time_point end_by_ = clock::time_point::max(); // once it is stopping

  bool is_away_ = false; // the collector; the thread's own
  clock::time_point told_;
  std::thread thread_;
};

} // namespace callboard::telemetry
