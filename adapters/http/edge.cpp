#include "adapters/http/edge.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "adapters/http/acceptor.hpp"
#include "adapters/http/io_thread.hpp"

namespace callboard::http {
namespace {

constexpr std::chrono::milliseconds drain_poll{10};
constexpr std::chrono::milliseconds time_between_closes{1}; // of WebSockets

unsigned count_threads(unsigned wanted) {
  auto count = wanted > 0 ? wanted : std::max(2u, std::thread::hardware_concurrency());
  return std::min(count, 256u);
}

} // namespace

class edge::implementation {
public:
  using work_guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  implementation(caf::actor_system& actors, edge_options options, router routes,
                 std::shared_ptr<const command_decoder> decoder, std::shared_ptr<logger> log);

  caf::error start(node_services services);
  std::size_t drain(std::chrono::milliseconds limit);
  bool responds(std::chrono::milliseconds limit);
  void stop();
  edge_gauges gauges() const;

  /// How an outlet queue wakes its thread. Empty until the threads exist and again when they are gone.
  struct waker {
    std::mutex mutex;
    std::weak_ptr<io_thread> thread;
  };

  caf::actor_system& system;
  std::shared_ptr<edge_state> state;
  std::vector<std::shared_ptr<outlet_queue>> queues;
  std::vector<std::shared_ptr<waker>> wakers;
  std::shared_ptr<queued_outlet> out;
  std::vector<std::shared_ptr<io_thread>> threads;
  std::vector<work_guard> guards;
  std::shared_ptr<acceptor> listener;
  std::atomic<std::uint16_t> port{0};

private:
  void on_listener(std::chrono::steady_clock::time_point end, std::function<void(acceptor&)> work);
  void wait_until(std::chrono::steady_clock::time_point end, const std::function<bool()>& is_done) const;
  std::mutex mutex_;                 // of starting and stopping
  std::atomic<bool> running_{false}; // from here on `threads` does not change
  bool started_ = false;
  bool drained_ = false;
  bool stopped_ = false;
};

edge::implementation::implementation(caf::actor_system& actors, edge_options options, router routes,
                                     std::shared_ptr<const command_decoder> decoder, std::shared_ptr<logger> log)
    : system{actors}, state{std::make_shared<edge_state>(std::move(options), std::move(routes))} {
  state->decoder = std::move(decoder);
  state->log = std::move(log);
  for (unsigned i = 0; i < count_threads(state->options.threads); ++i) {
    auto wake = std::make_shared<waker>();
    wakers.push_back(wake);
    queues.push_back(std::make_shared<outlet_queue>(state->options.max_outlet_bytes, [wake] {
      std::shared_ptr<io_thread> thread;
      {
        std::lock_guard lock{wake->mutex};
        thread = wake->thread.lock();
      }
      if (thread)
        thread->post([](io_thread& self) { self.drain_outlet(); });
    }));
  }
  out = std::make_shared<queued_outlet>(queues);
}

caf::error edge::implementation::start(node_services services) {
  std::lock_guard lock{mutex_};
  if (started_)
    return make_failure(errc::conflict, "the edge has been started before");
  state->services = std::move(services);
  std::string problem;
  if (!state->addresses.set_trusted(state->options.trusted_proxies, problem))
    return make_failure(errc::bad_request, "trusted proxies: " + problem);
  if (!state->options.web_dir.empty() &&
      !state->files.load(state->options.web_dir, state->options.max_web_bytes, problem))
    return make_failure(errc::bad_request, problem);
  if (state->options.certificate)
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); // OpenSSL writes to sockets without a way to say so each time
  for (std::size_t i = 0; i < queues.size(); ++i) {
    auto io = std::make_shared<boost::asio::io_context>(1);
    guards.push_back(boost::asio::make_work_guard(*io));
    threads.push_back(std::make_shared<io_thread>(static_cast<std::uint16_t>(i), io, state, queues[i], system));
  }
  started_ = true;
  listener = std::make_shared<acceptor>(state, threads);
  if (auto failure = listener->listen()) {
    stopped_ = true;
    for (auto& thread : threads)
      thread->abandon();
    for (auto& thread : threads)
      thread->join();
    return failure;
  }
  port = listener->port();
  for (std::size_t i = 0; i < threads.size(); ++i) {
    std::lock_guard wake{wakers[i]->mutex};
    wakers[i]->thread = threads[i];
  }
  running_.store(true, std::memory_order_release);
  for (auto& thread : threads)
    thread->start();
  boost::asio::post(threads.front()->io(), [accepting = listener] { accepting->start(); });
  *state->ready = true;
  return {};
}

/// Runs it on the listener's thread, and waits for it, at most until `end`.
void edge::implementation::on_listener(std::chrono::steady_clock::time_point end, std::function<void(acceptor&)> work) {
  auto done = std::make_shared<std::promise<void>>();
  auto reply = done->get_future();
  boost::asio::post(threads.front()->io(), [accepting = listener, work = std::move(work), done] {
    work(*accepting);
    done->set_value();
  });
  reply.wait_until(end);
}

void edge::implementation::wait_until(std::chrono::steady_clock::time_point end,
                                      const std::function<bool()>& is_done) const {
  while (!is_done() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(drain_poll);
}

std::size_t edge::implementation::drain(std::chrono::milliseconds limit) {
  {
    std::lock_guard lock{mutex_};
    if (!started_ || stopped_ || std::exchange(drained_, true))
      return 0;
  }
  drain_times within{limit};
  const auto end = std::chrono::steady_clock::now() + within.limit;
  // What has not ended by then is ended for it, with time left for a last answer and the closing handshake.
  const auto force = end - std::min(within.limit / 2, state->options.close_timeout);
  // A small server need not keep its last clients for the whole spread.
  within.spread =
      std::min(within.spread, time_between_closes * static_cast<std::int64_t>(gauges().websocket_connections));
  state->drain_within = within;
  state->limits.begin_late();
  state->transports.begin_late();
  state->draining = true;
  *state->ready = false; // who sees it is refused already
  for (auto& thread : threads)
    thread->post([](io_thread& self) { self.begin_drain(); });
  // A TLS connection lasts until what was answered has left it, also when nobody is behind it any more.
  wait_until(force, [this] { return state->limits.count_early() == 0 && state->transports.count_early() == 0; });
  on_listener(force, [](acceptor& accepting) { accepting.turn_back(); });
  // A handshake under way has its last step to take; then nobody can come any more.
  wait_until(std::min(force, std::chrono::steady_clock::now() + within.idle_grace / 5), [] { return false; });
  on_listener(force, [](acceptor& accepting) { accepting.finish(); });
  auto nobody_left = [this] { return state->limits.count() == 0 && state->transports.count() == 0; };
  wait_until(force, nobody_left);
  for (auto& thread : threads)
    thread->post([](io_thread& self) { self.end_waiting(); });
  wait_until(end, nobody_left);
  return std::max(state->limits.count(), state->transports.count());
}

bool edge::implementation::responds(std::chrono::milliseconds limit) {
  if (!running_.load(std::memory_order_acquire))
    return false;
  const auto end = std::chrono::steady_clock::now() + limit;
  std::vector<std::future<void>> replies;
  for (auto& thread : threads) {
    auto reply = std::make_shared<std::promise<void>>();
    replies.push_back(reply->get_future());
    thread->post([reply](io_thread&) { reply->set_value(); });
  }
  return std::all_of(replies.begin(), replies.end(),
                     [end](auto& each) { return each.wait_until(end) == std::future_status::ready; });
}

void edge::implementation::stop() {
  std::lock_guard lock{mutex_};
  if (!started_ || stopped_)
    return;
  stopped_ = true;
  state->draining = true;
  *state->ready = false;
  on_listener(std::chrono::steady_clock::now() + std::chrono::seconds{1},
              [](acceptor& accepting) { accepting.close(); });
  for (auto& thread : threads)
    thread->post([](io_thread& self) { self.abandon(); });
  for (auto& thread : threads)
    thread->join();
}

edge_gauges edge::implementation::gauges() const {
  edge_gauges sum;
  // Not the mutex: a metrics route asks this on an I/O thread, which `stop` may be waiting for.
  if (!running_.load(std::memory_order_acquire))
    return sum;
  for (const auto& thread : threads) {
    const auto& counters = thread->counters();
    sum.http_connections += counters.http_connections.value();
    sum.websocket_connections += counters.websocket_connections.value();
    sum.outgoing_bytes += counters.outgoing_bytes.value();
    sum.slow_closed += counters.slow_closed.value();
    sum.frames_in += counters.frames_in.value();
    sum.frames_out += counters.frames_out.value();
    sum.writes += counters.writes.value();
    thread->requests().add_to(sum.requests);
  }
  return sum;
}

edge::edge(caf::actor_system& system, edge_options options, router routes,
           std::shared_ptr<const command_decoder> decoder, std::shared_ptr<logger> log)
    : impl_{std::make_unique<implementation>(system, std::move(options), std::move(routes), std::move(decoder),
                                             std::move(log))} {}

edge::~edge() {
  stop();
}

std::shared_ptr<outlet> edge::outlet() const {
  return impl_->out;
}

caf::error edge::start(node_services services) {
  return impl_->start(std::move(services));
}

std::uint16_t edge::port() const {
  return impl_->port;
}

std::shared_ptr<const std::atomic<bool>> edge::readiness() const {
  return impl_->state->ready;
}

void edge::withdraw() {
  *impl_->state->ready = false;
}

std::size_t edge::drain(std::chrono::milliseconds limit) {
  return impl_->drain(limit);
}

bool edge::responds(std::chrono::milliseconds limit) {
  return impl_->responds(limit);
}

void edge::stop() {
  impl_->stop();
}

edge_gauges edge::gauges() const {
  return impl_->gauges();
}

} // namespace callboard::http
