#include "adapters/kafka/client.hpp"

#include <array>
#include <future>
#include <thread>
#include <tuple>

#include "messages/messages.hpp"

namespace callboard::kafka {

struct client::reporter {
  std::function<void(severity, const std::string&)> report;
};

namespace {

constexpr int syslog_warning = 4;

struct free_configuration {
  void operator()(rd_kafka_conf_t* each) const { rd_kafka_conf_destroy(each); }
};

} // namespace

caf::expected<std::unique_ptr<client>> client::make(rd_kafka_type_t type, const options& settings, properties values) {
  std::array<char, 512> words{};
  std::unique_ptr<rd_kafka_conf_t, free_configuration> configuration{rd_kafka_conf_new()};
  auto set = [&](const char* name, const std::string& value) {
    return rd_kafka_conf_set(configuration.get(), name, value.c_str(), words.data(), words.size()) == RD_KAFKA_CONF_OK;
  };
  auto reports = std::make_shared<reporter>(reporter{settings.report});
  auto good = (settings.brokers.empty() || set("bootstrap.servers", settings.brokers)) &&
              set("client.id", "callboard") && set("socket.keepalive.enable", "true") &&
              set("socket.nagle.disable", "true") && set("reconnect.backoff.ms", "50") &&
              set("reconnect.backoff.max.ms", "500") && set("topic.metadata.refresh.interval.ms", "30000");
  for (auto& [name, value] : properties_of(settings.protection))
    good = good && set(name, value);
  for (auto& [name, value] : values)
    good = good && set(name, value);
  if (!good)
    return make_failure(errc::internal, words.data());
  if (type == RD_KAFKA_PRODUCER)
    rd_kafka_conf_set_events(configuration.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  rd_kafka_conf_set_opaque(configuration.get(), reports.get());
  rd_kafka_conf_set_log_cb(configuration.get(), [](const rd_kafka_t* from, int level, const char*, const char* text) {
    auto* mine = from == nullptr ? nullptr : static_cast<reporter*>(rd_kafka_opaque(from));
    if (mine != nullptr)
      mine->report(level <= syslog_warning ? severity::warning : severity::info, std::string{"Kafka: "} + text);
  });
  auto* handle = rd_kafka_new(type, configuration.get(), words.data(), words.size());
  if (handle == nullptr)
    return make_failure(errc::internal, words.data());
  std::ignore = configuration.release(); // the handle's now
  return std::unique_ptr<client>{new client{handle, std::move(reports), settings}};
}

client::client(rd_kafka_t* handle, std::shared_ptr<reporter> reports, const options& settings)
    : handle_{handle}, reports_{std::move(reports)}, close_deadline_{settings.close_deadline}, stuck_{settings.stuck} {}

// librdkafka waits for its threads without a limit of its own.
client::~client() {
  std::promise<void> ended;
  auto end = ended.get_future();
  std::thread closing{[handle = handle_, reports = reports_, ended = std::move(ended)]() mutable {
    rd_kafka_destroy(handle);
    ended.set_value();
  }};
  if (end.wait_for(close_deadline_) == std::future_status::ready) {
    closing.join();
    return;
  }
  closing.detach();
  reports_->report(severity::error, "Kafka: the client did not end in time");
  stuck_();
}

std::string words_of(rd_kafka_resp_err_t code) {
  return rd_kafka_err2str(code);
}

} // namespace callboard::kafka
