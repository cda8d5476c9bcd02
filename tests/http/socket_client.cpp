#include "tests/http/socket_client.hpp"

#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/http/text.hpp"

namespace callboard::http::test {

std::string answer::header(std::string_view name) const {
  std::string_view rest{head};
  while (!rest.empty()) {
    auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name))
      return std::string{trim(line.substr(colon + 1))};
  }
  return {};
}

std::uint16_t frame::close_code() const {
  if (payload.size() < 2)
    return 1005;
  return static_cast<std::uint16_t>((static_cast<unsigned char>(payload[0]) << 8) |
                                    static_cast<unsigned char>(payload[1]));
}

socket_client::socket_client(std::uint16_t port, int receive_buffer) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
  if (receive_buffer > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  timeval limit{patience.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    close();
}

socket_client::socket_client(socket_client&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, tls_{std::move(other.tls_)}, buffer_{std::move(other.buffer_)} {}

socket_client::~socket_client() {
  close();
}

bool socket_client::secure() {
  static const std::shared_ptr<SSL_CTX> context = [] {
    std::shared_ptr<SSL_CTX> made{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    SSL_CTX_set_options(made.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    return made;
  }();
  tls_ = std::shared_ptr<SSL>{SSL_new(context.get()), SSL_free};
  SSL_set_fd(tls_.get(), socket_);
  ERR_clear_error();
  return SSL_connect(tls_.get()) == 1;
}

void socket_client::finish() {
  if (tls_)
    SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
}

bool socket_client::was_notified() const {
  return tls_ && (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

long socket_client::receive(char* into, std::size_t size) {
  if (!tls_)
    return ::recv(socket_, into, size, 0);
  ERR_clear_error();
  errno = 0;
  auto count = SSL_read(tls_.get(), into, static_cast<int>(size));
  if (count > 0)
    return count;
  return SSL_get_error(tls_.get(), count) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

void socket_client::close() {
  if (tls_ && socket_ >= 0)
    SSL_shutdown(tls_.get());
  tls_.reset();
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

void socket_client::reset() {
  linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  tls_.reset();
  close();
}

bool socket_client::send(std::string_view bytes) {
  if (tls_) {
    ERR_clear_error();
    return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
  }
  while (!bytes.empty()) {
    auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool socket_client::fill() {
  char chunk[16384];
  auto count = receive(chunk, sizeof(chunk));
  if (count <= 0)
    return false;
  buffer_.append(chunk, static_cast<std::size_t>(count));
  return true;
}

answer socket_client::read_answer(bool head_request) {
  answer result;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill())
      return result;
  result.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  result.status = static_cast<unsigned>(std::atoi(result.head.c_str() + 9));
  auto length = static_cast<std::size_t>(std::atol(result.header("Content-Length").c_str()));
  if (head_request)
    return result;
  while (buffer_.size() < length)
    if (!fill())
      return result;
  result.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return result;
}

bool socket_client::is_ended() {
  char chunk[4096];
  while (true) {
    auto count = receive(chunk, sizeof(chunk));
    if (count == 0)
      return true;
    if (count < 0)
      return errno == ECONNRESET;
  }
}

unsigned socket_client::upgrade(std::string_view path, std::string_view more_headers) {
  std::string request = "GET ";
  request += path;
  request += " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  request += more_headers;
  request += "\r\n";
  send(request);
  return read_answer().status;
}

std::string socket_client::make_frame(unsigned opcode, std::string_view payload) {
  std::string bytes;
  bytes += static_cast<char>(0x80 | opcode);
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    bytes += static_cast<char>(0x80 | 126);
    bytes += static_cast<char>(payload.size() >> 8);
    bytes += static_cast<char>(payload.size());
  } else {
    bytes += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes += static_cast<char>(payload.size() >> shift);
  }
  constexpr std::string_view mask = "\x21\x43\x65\x07";
  bytes += mask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
  return bytes;
}

std::optional<frame> socket_client::read_frame() {
  auto have = [this](std::size_t count) {
    while (buffer_.size() < count)
      if (!fill())
        return false;
    return true;
  };
  auto byte = [this](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(buffer_[i])); };
  if (!have(2))
    return std::nullopt;
  std::uint64_t length = byte(1) & 0x7f;
  std::size_t head = length == 126 ? 4 : length == 127 ? 10 : 2;
  if (!have(head))
    return std::nullopt;
  if (head > 2) {
    length = 0;
    for (std::size_t i = 2; i < head; ++i)
      length = (length << 8) | byte(i);
  }
  if (!have(head + length))
    return std::nullopt;
  frame result{static_cast<unsigned>(byte(0) & 0x0f), buffer_.substr(head, length)};
  buffer_.erase(0, head + length);
  return result;
}

std::string socket_client::read_text() {
  while (auto next = read_frame()) {
    if (next->opcode == 1 && next->payload != "{}")
      return next->payload;
    if (next->opcode == 8)
      return {};
  }
  return {};
}

std::uint16_t socket_client::read_close() {
  while (auto next = read_frame())
    if (next->opcode == 8)
      return next->close_code();
  return 0;
}

} // namespace callboard::http::test
