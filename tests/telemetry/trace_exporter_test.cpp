#include "adapters/telemetry/trace_exporter.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>

#include <doctest/doctest.h>

#include "tests/eventually.hpp"

namespace callboard::telemetry {
namespace {

using std::chrono::milliseconds;

/// A collector that answers each request with the next of the answers it was given, then with the last one again; it
/// says nothing at all to a request whose answer is empty.
class played_collector {
public:
  explicit played_collector(std::vector<std::string> answers) : answers_{std::move(answers)} {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~played_collector() {
    ::shutdown(listener_, SHUT_RDWR);
    {
      std::lock_guard hold{mutex_};
      ending_ = true;
      if (current_ >= 0)
        ::shutdown(current_, SHUT_RDWR);
    }
    changed_.notify_all();
    thread_.join();
    ::close(listener_);
  }

  std::string url(const std::string& user = {}) const {
    return "http://" + user + "127.0.0.1:" + std::to_string(port_);
  }

  /// The requests that came, once there are so many.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock hold{mutex_};
    REQUIRE(changed_.wait_for(hold, std::chrono::seconds{30}, [&] { return requests_.size() >= count; }));
    return requests_;
  }
  std::size_t count() {
    std::lock_guard hold{mutex_};
    return requests_.size();
  }

private:
  void serve() {
    for (;;) {
      auto socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0)
        return;
      {
        std::lock_guard hold{mutex_};
        current_ = socket;
        if (ending_)
          ::shutdown(socket, SHUT_RDWR);
      }
      while (answer(socket)) {
      }
      std::lock_guard hold{mutex_};
      ::close(socket);
      current_ = -1;
    }
  }

  bool answer(int socket) {
    std::string request;
    char bytes[65536];
    std::size_t whole = std::string::npos;
    while (request.size() < whole) {
      auto count = ::recv(socket, bytes, sizeof bytes, 0);
      if (count <= 0)
        return false;
      request.append(bytes, static_cast<std::size_t>(count));
      auto end = request.find("\r\n\r\n");
      auto length = request.find("Content-Length: ");
      if (end != std::string::npos && length < end)
        whole = end + 4 + std::stoul(request.substr(length + 16));
    }
    std::string answer;
    {
      std::lock_guard hold{mutex_};
      answer = answers_[std::min(requests_.size(), answers_.size() - 1)];
      requests_.push_back(std::move(request));
    }
    changed_.notify_all();
    if (answer.empty()) // until the other side has enough of it
      return ::recv(socket, bytes, sizeof bytes, 0) > 0;
    return ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size());
  }

  std::vector<std::string> answers_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  int current_ = -1;
  bool ending_ = false;
  std::thread thread_;
};

std::string status(int code, const std::string& body = "{}", const std::string& more = {}) {
  return "HTTP/1.1 " + std::to_string(code) + " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "\r\n" + body;
}

struct exporter_fixture {
  trace_exporter_options options;
  std::mutex mutex;
  std::vector<std::string> told;

  exporter_fixture() {
    options.interval = milliseconds{5};
    options.first_pause = milliseconds{1};
    options.probe = std::make_shared<node_probe>();
    options.report = [this](http::severity, const std::string& sentence) {
      std::lock_guard hold{mutex};
      told.push_back(sentence);
    };
  }

  static span_record span(const std::string& name = "something") {
    span_record made;
    made.context = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    made.name = name;
    return made;
  }
  std::vector<std::uint64_t> counts() const {
    auto& probe = *options.probe;
    return {probe.spans_exported.value(), probe.spans_dropped.value(), probe.spans_failed.value()};
  }
  void until_counted(std::uint64_t count) const {
    auto sum = [this] {
      auto all = counts();
      return all[0] + all[1] + all[2];
    };
    test::eventually([&] { return sum() >= count; }, std::chrono::seconds{30});
    CHECK(sum() == count);
  }
};

using figures = std::vector<std::uint64_t>;

/// A port that nothing listens on.
std::string deserted() {
  played_collector collector{{status(200)}};
  return collector.url();
}

} // namespace

TEST_CASE_FIXTURE(exporter_fixture, "spans are sent together, as JSON, to /v1/traces") {
  played_collector collector{{status(200)}};
  options.url = collector.url("user:secret@");
  trace_exporter exporter{options};
  for (int i = 0; i < 10; ++i)
    exporter.record(span());
  exporter.stop(std::chrono::seconds{10});
  CHECK(counts() == figures{10, 0, 0});
  auto requests = collector.wait_for(1);
  CHECK(requests[0].starts_with("POST /v1/traces HTTP/1.1\r\n"));
  CHECK(requests[0].find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(requests[0].find("Authorization: Basic ") != std::string::npos);
  CHECK(requests[0].find("Expect:") == std::string::npos);
  std::size_t spans = 0;
  for (auto& each : requests) {
    auto body = boost::json::parse(each.substr(each.find("\r\n\r\n") + 4));
    spans += body.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array().size();
  }
  CHECK(spans == 10);
  CHECK(told.empty());
}

TEST_CASE_FIXTURE(exporter_fixture, "what a collector says it rejected has failed") {
  played_collector collector{{status(200, R"({"partialSuccess":{"rejectedSpans":"1"}})")}};
  options.url = collector.url();
  trace_exporter exporter{options};
  exporter.record(span());
  until_counted(1);
  CHECK(counts() == figures{0, 0, 1});
}

TEST_CASE_FIXTURE(exporter_fixture, "a batch is sent again where OTLP says so") {
  for (int code : {429, 502, 503, 504}) {
    CAPTURE(code);
    played_collector collector{{status(code), status(code), status(200)}};
    options.url = collector.url();
    options.probe = std::make_shared<node_probe>();
    trace_exporter exporter{options};
    exporter.record(span());
    until_counted(1);
    CHECK(counts() == figures{1, 0, 0});
    CHECK(collector.count() == 3);
  }
}

TEST_CASE_FIXTURE(exporter_fixture, "and nowhere else") {
  for (int code : {301, 400, 401, 404, 500, 501}) {
    CAPTURE(code);
    played_collector collector{{status(code, "{}", "Location: /v1/elsewhere\r\n"), status(200)}};
    options.url = collector.url();
    options.probe = std::make_shared<node_probe>();
    trace_exporter exporter{options};
    exporter.record(span());
    until_counted(1);
    CHECK(counts() == figures{0, 0, 1});
    CHECK(collector.count() == 1);
  }
}

TEST_CASE_FIXTURE(exporter_fixture, "it waits as long as the collector asks for, within its own bound") {
  played_collector collector{{status(503, "", "Retry-After: 1\r\n"), status(200)}};
  options.url = collector.url();
  trace_exporter exporter{options};
  auto begun = std::chrono::steady_clock::now();
  exporter.record(span());
  collector.wait_for(2);
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds{1});

  played_collector greedy{{status(503, "", "Retry-After: 3600\r\n"), status(200)}};
  options.url = greedy.url();
  options.longest_pause = milliseconds{20};
  trace_exporter other{options};
  other.record(span());
  greedy.wait_for(2);
}

TEST_CASE_FIXTURE(exporter_fixture, "a batch that is never taken has failed, and is told of once") {
  options.url = deserted();
  options.url.insert(7, "user:secret@");
  options.batch = 1;
  trace_exporter exporter{options};
  for (int i = 0; i < 5; ++i)
    exporter.record(span());
  until_counted(5);
  CHECK(counts() == figures{0, 0, 5});
  exporter.stop(milliseconds{0});
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("does not take spans") != std::string::npos);
  CHECK(told[0].find("secret") == std::string::npos);
  CHECK(told[0].find("127.0.0.1") == std::string::npos);
}

TEST_CASE_FIXTURE(exporter_fixture, "a collector that comes back is told of") {
  played_collector collector{{status(500), status(200)}};
  options.url = collector.url();
  options.batch = 1;
  trace_exporter exporter{options};
  exporter.record(span());
  exporter.record(span());
  until_counted(2);
  exporter.stop(milliseconds{0});
  REQUIRE(told.size() == 2);
  CHECK(told[0].find("status 500") != std::string::npos);
  CHECK(told[1].find("again") != std::string::npos);
}

TEST_CASE_FIXTURE(exporter_fixture, "who records never waits for a collector that hangs: what is too much is dropped") {
  played_collector collector{{""}};
  options.url = collector.url();
  options.max_queue = 100;
  options.batch = 10;
  options.interval = std::chrono::hours{1}; // the first request has a whole batch
  options.timeout = std::chrono::minutes{10};
  trace_exporter exporter{options};
  for (int i = 0; i < 10; ++i)
    exporter.record(span());
  collector.wait_for(1); // the thread is busy with it until the end
  for (int i = 0; i < 1'000; ++i)
    exporter.record(span());
  CHECK(counts() == figures{0, 900, 0});
  // A stop has its own bound, and what was left then is counted too.
  exporter.stop(milliseconds{100});
  auto all = counts();
  CHECK(all[0] == 0);
  CHECK(all[1] + all[2] == 1'010);
  exporter.record(span());
  CHECK(counts()[1] == all[1] + 1);
}

TEST_CASE_FIXTURE(exporter_fixture, "a stop does not wait for a collector that asked for time") {
  played_collector collector{{status(503, "", "Retry-After: 3000\r\n")}};
  options.url = collector.url();
  options.longest_pause = std::chrono::hours{1};
  trace_exporter exporter{options};
  exporter.record(span());
  collector.wait_for(1);
  exporter.stop(milliseconds{50});
  CHECK(counts() == figures{0, 0, 1});
}

TEST_CASE_FIXTURE(exporter_fixture, "an answer without end is not kept") {
  played_collector collector{{status(200, std::string(1 << 20, ' '))}};
  options.url = collector.url();
  options.most_tries = 1;
  trace_exporter exporter{options};
  exporter.record(span());
  until_counted(1);
  CHECK(counts() == figures{0, 0, 1});
}

} // namespace callboard::telemetry
