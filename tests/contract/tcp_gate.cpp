#include "tests/contract/tcp_gate.hpp"

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::contract {
namespace {

int connect_to(const std::string& host, unsigned port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return -1;
  auto socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, found->ai_addr, found->ai_addrlen) != 0) {
    ::close(socket);
    socket = -1;
  }
  ::freeaddrinfo(found);
  return socket;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace

tcp_gate::tcp_gate(const std::string& host, unsigned port)
    : host_{host}, server_port_{port}, listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error{"the gate cannot listen"};
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

tcp_gate::~tcp_gate() {
  stopping_ = true;
  thread_.join();
  for (auto& each : links_)
    close(each);
  ::close(listener_);
}

void tcp_gate::cut_at(const std::string& word, moment when, bool then_refuse) {
  std::lock_guard hold{mutex_};
  word_ = word;
  when_ = when;
  has_cut_ = false;
  then_refuse_ = then_refuse;
}

void tcp_gate::cut(link& each) {
  if (then_refuse_)
    refusing_ = true;
  has_cut_ = true;
  close(each);
}

void tcp_gate::close(link& each) {
  for (auto* socket : {&each.client, &each.server})
    if (*socket >= 0)
      ::close(std::exchange(*socket, -1));
  each.is_over = true;
}

void tcp_gate::accept() {
  auto client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0)
    return;
  auto server = refusing_ ? -1 : connect_to(host_, server_port_);
  if (server < 0)
    ::close(client);
  else
    links_.push_back({client, server});
}

void tcp_gate::pass(link& each, bool from_client) {
  std::array<char, 65536> buffer;
  auto size = ::recv(from_client ? each.client : each.server, buffer.data(), buffer.size(), 0);
  if (size <= 0)
    return close(each);
  std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
  if (!from_client && each.cut_at_answer)
    return cut(each);
  auto when = moment::before_request;
  bool is_it = false;
  if (from_client) {
    std::lock_guard hold{mutex_};
    is_it = !word_.empty() && bytes.find(word_) != std::string_view::npos;
    when = when_;
    if (is_it)
      word_.clear();
  }
  if (is_it && when == moment::before_request)
    return cut(each);
  if (!send_all(from_client ? each.server : each.client, bytes))
    return close(each);
  each.cut_at_answer = is_it && when == moment::after_answer;
  if (is_it && when == moment::after_request)
    cut(each);
}

void tcp_gate::run() {
  while (!stopping_) {
    if (refusing_)
      for (auto& each : links_)
        close(each);
    links_.remove_if([](const link& each) { return each.is_over; });
    open_ = links_.size();
    std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
    auto wanted = static_cast<short>(frozen_ ? 0 : POLLIN);
    for (auto& each : links_) {
      sockets.push_back({frozen_ ? -1 : each.client, wanted, 0});
      sockets.push_back({frozen_ ? -1 : each.server, wanted, 0});
    }
    if (::poll(sockets.data(), sockets.size(), 5) <= 0)
      continue;
    std::size_t i = 1;
    for (auto& each : links_) {
      auto client = sockets[i++].revents, server = sockets[i++].revents;
      if (client != 0)
        pass(each, true);
      if (server != 0 && !each.is_over)
        pass(each, false);
    }
    if (sockets[0].revents != 0)
      accept();
  }
}

} // namespace callboard::contract
