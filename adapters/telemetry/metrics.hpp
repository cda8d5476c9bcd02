#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include <prometheus/registry.h>

#include "adapters/http/edge.hpp"
#include "adapters/http/observer.hpp"
#include "messages/probe.hpp"

namespace callboard::telemetry {

/// The figures of `/metrics` (protocol.md, section 4): requests counted by the edge, everything else read from the
/// node's probes when somebody asks.
class metrics final : public http::http_observer {
public:
  explicit metrics(std::shared_ptr<const node_probe> probe);

  void on_request(http::method verb, std::string_view pattern, unsigned status, double seconds) override;

  /// Where the edge's figures come from; set once, before the first scrape.
  void set_edge(std::function<http::edge_gauges()> gauges) { edge_ = std::move(gauges); }

  /// The text exposition format of Prometheus.
  std::string expose();

private:
  struct request_series {
    prometheus::Counter* requests = nullptr;
    prometheus::Histogram* duration = nullptr;
  };
  using request_key = std::tuple<http::method, std::string, unsigned>;

  std::shared_ptr<const node_probe> probe_;
  std::function<http::edge_gauges()> edge_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  std::mutex mutex_;
  std::map<request_key, request_series> series_; // as many as there are routes and statuses
};

} // namespace callboard::telemetry
