#include "adapters/http/io_thread.hpp"

#include <algorithm>
#include <chrono>

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <caf/scoped_actor.hpp>

#include "adapters/http/http_connection.hpp"
#include "adapters/http/tls_connection.hpp"

namespace callboard::http {
namespace {

constexpr std::size_t most_kept_items = 4096;
constexpr std::chrono::milliseconds spread_step{10};
constexpr std::chrono::milliseconds shortest_sweep{5};

tick steady_milliseconds() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

io_thread::io_thread(std::uint16_t index, std::shared_ptr<boost::asio::io_context> io,
                     std::shared_ptr<edge_state> state, std::shared_ptr<outlet_queue> outlet, caf::actor_system& system)
    : io_{std::move(io)}, state_{std::move(state)}, outlet_{std::move(outlet)}, system_{system}, bridge_{system, io_},
      authenticator_{state_->services, state_->options.token_memory}, environment_{&state_->services, &state_->options,
                                                                                   &state_->origins, &authenticator_},
      hub_{index, state_->options, state_->services, *state_->decoder, counters_},
      // The loop closes what it watches; the hub keeps the original.
      readiness_{*io_, ::dup(hub_.descriptor())}, sweep_timer_{*io_}, spread_timer_{*io_}, now_{steady_milliseconds()} {
}

io_thread::~io_thread() = default;

void io_thread::start() {
  watch_websockets();
  schedule_sweep();
  thread_ = std::thread{[self = shared_from_this()] {
    self->bridge_.bind_to_thread();
    self->io_->run();
  }};
}

void io_thread::post(std::function<void(io_thread&)> work) {
  boost::asio::post(*io_, [self = shared_from_this(), work = std::move(work)] { work(*self); });
}

void io_thread::drain_outlet() {
  take_outlet();
  if (hub_.flush([this] { take_outlet(); }))
    post([](io_thread& self) { self.drain_outlet(); });
}

void io_thread::take_outlet() {
  items_.clear();
  if (items_.capacity() > most_kept_items)
    items_.shrink_to_fit();
  auto whole = outlet_->take(items_);
  if (!items_.empty())
    hub_.execute(items_);
  if (!whole)
    hub_.close_all(close_code::slow, "slow");
  items_.clear();
}

void io_thread::watch_websockets() {
  readiness_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](boost::system::error_code error) {
                          if (error || self->ended_)
                            return;
                          self->hub_.serve_ready();
                          self->watch_websockets();
                        });
}

void io_thread::schedule_sweep() {
  auto interval = hub_.sweep_interval();
  if (state_->draining)
    interval = std::min(interval, std::max(state_->drain_within.idle_grace / 4, shortest_sweep));
  sweep_timer_.expires_after(interval);
  sweep_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error || self->ended_)
      return;
    self->sweep();
    self->schedule_sweep();
  });
}

void io_thread::sweep() {
  now_ = steady_milliseconds();
  hub_.sweep();
  for (auto* connection : connections_)
    connection->check_deadline(now_);
  for (auto* connection : secure_)
    connection->check_deadline(now_);
}

void io_thread::accept(stream_socket socket, const boost::asio::ip::address& peer, connection_ticket ticket) {
  now_ = steady_milliseconds();
  if (ended_)
    return;
  std::make_shared<http_connection>(shared_from_this(), std::move(socket), peer, std::move(ticket))->start();
}

void io_thread::accept_secure(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer,
                              connection_ticket transport, connection_ticket handshake) {
  now_ = steady_milliseconds();
  if (ended_)
    return;
  std::make_shared<tls_connection>(shared_from_this(), std::move(socket), peer, std::move(transport),
                                   std::move(handshake))
      ->start();
}

void io_thread::adopt(stream_socket socket, client_origin origin, std::string received, connection_ticket ticket) {
  boost::system::error_code error;
  auto descriptor = socket.release(error);
  if (error)
    return;
  if (ended_)
    ::close(descriptor);
  else
    hub_.adopt(descriptor, std::move(origin), std::move(received), std::move(ticket));
}

void io_thread::add(http_connection& connection) {
  connections_.insert(&connection);
  counters_.http_connections.add(1);
}

void io_thread::remove(http_connection& connection) {
  if (connections_.erase(&connection) > 0)
    counters_.http_connections.subtract(1);
}

void io_thread::begin_drain() {
  now_ = steady_milliseconds();
  for (auto* connection : connections_)
    connection->hurry_if_idle();
  for (auto* connection : secure_)
    connection->hurry_handshake();
  schedule_sweep(); // more often from now on
  hub_.begin_shut_down(state_->drain_within.spread);
  shut_down_sessions();
}

void io_thread::shut_down_sessions() {
  if (ended_ || !hub_.shut_down_due())
    return;
  spread_timer_.expires_after(spread_step);
  spread_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error)
      self->shut_down_sessions();
  });
}

void io_thread::end_waiting() {
  hub_.close_all(close_code::shutdown, "shutdown");
  for (auto* connection : connections_)
    connection->end_waiting();
}

void io_thread::abandon() {
  ended_ = true;
  outlet_->close();
  hub_.abandon();
  sweep_timer_.cancel();
  spread_timer_.cancel();
  boost::system::error_code ignored;
  readiness_.close(ignored);
  for (auto* connection : connections_)
    connection->end();
  for (auto* connection : secure_)
    connection->end();
  // Coroutines that wait for a socket see it closed and end in this loop; those that wait for an actor end with it.
  boost::asio::post(*io_, [self = shared_from_this()] { self->io_->stop(); });
}

void io_thread::join() {
  if (joined_)
    return;
  joined_ = true;
  if (thread_.joinable())
    thread_.join();
  // Without its bridge no answer can come any more: the coroutines that wait for one are unwound here.
  caf::anon_send_exit(bridge_.handle(), caf::exit_reason::kill);
  caf::scoped_actor self{system_};
  self->wait_for(bridge_.handle());
  bridge_.bind_to_thread();
  io_->restart();
  io_->poll();
}

} // namespace callboard::http
