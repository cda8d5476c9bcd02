#include "tests/load/scripted_server.hpp"

#include "bin/callboard-load/handshake.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::load::test {

namespace {

/// The text of `line` between `before` and the next `after`.
std::string between(const std::string& line, std::string_view before, std::string_view after) {
  const std::size_t found = line.find(before);
  if (found == std::string::npos)
    return {};
  const std::size_t start = found + before.size();
  return line.substr(start, line.find(after, start) - start);
}

/// Takes one masked frame off the front of `bytes`; false if it is not whole.
bool take_frame(std::string& bytes, std::string& payload) {
  if (bytes.size() < 6)
    return false;
  std::size_t length = static_cast<unsigned char>(bytes[1]) & 0x7f;
  const std::size_t header = length < 126 ? 2 : length == 126 ? 4 : 10;
  if (bytes.size() < header + 4)
    return false;
  if (header > 2) {
    length = 0;
    for (std::size_t i = 2; i < header; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[i]);
  }
  if (bytes.size() < header + 4 + length)
    return false;
  payload = bytes.substr(header + 4, length);
  for (std::size_t i = 0; i < length; ++i)
    payload[i] = static_cast<char>(payload[i] ^ bytes[header + i % 4]);
  bytes.erase(0, header + 4 + length);
  return true;
}

std::string push_of(const std::string& channel, const std::string& data, std::size_t offset) {
  return R"({"push":{"channel":")" + channel + R"(","pub":{"data":)" + data + R"(,"offset":)" + std::to_string(offset) +
         "}}}";
}

} // namespace

scripted_server::scripted_server(misbehaviour how) : how_(how), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(listener_, 256) == 0)
    thread_ = std::thread{[this] { serve(); }};
}

scripted_server::~scripted_server() {
  stopped_ = true;
  if (thread_.joinable())
    thread_.join();
  for (const auto& each : connections_)
    end(*each);
  close(listener_);
}

std::string scripted_server::url() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "ws://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/connection/websocket";
}

void scripted_server::serve() {
  while (!stopped_) {
    std::erase_if(connections_, [](const auto& each) { return each->socket < 0; });
    std::vector<pollfd> waiting{{.fd = listener_, .events = POLLIN, .revents = 0}};
    for (const auto& each : connections_)
      waiting.push_back({.fd = each->socket, .events = POLLIN, .revents = 0});
    if (poll(waiting.data(), waiting.size(), 20) <= 0)
      continue;
    for (std::size_t i = 1; i < waiting.size(); ++i)
      if (waiting[i].revents != 0 && connections_[i - 1]->socket >= 0)
        read(*connections_[i - 1]);
    if (waiting[0].revents != 0) {
      connections_.push_back(std::make_unique<connection>());
      connections_.back()->socket = accept(listener_, nullptr, nullptr);
    }
  }
}

void scripted_server::end(connection& which) {
  if (which.socket >= 0)
    close(which.socket);
  which.socket = -1;
}

void scripted_server::read(connection& from) {
  char buffer[65536];
  const ssize_t size = recv(from.socket, buffer, sizeof buffer, 0);
  if (size <= 0)
    return end(from);
  from.in.append(buffer, static_cast<std::size_t>(size));
  if (!from.upgraded && !upgrade(from))
    return;
  for (std::string payload; from.socket >= 0 && take_frame(from.in, payload);)
    for (std::size_t at = 0; at < payload.size();) {
      const std::size_t line_end = std::min(payload.find('\n', at), payload.size());
      obey(from, payload.substr(at, line_end - at));
      at = line_end + 1;
    }
}

bool scripted_server::upgrade(connection& from) {
  const std::size_t head_end = from.in.find("\r\n\r\n");
  if (head_end == std::string::npos)
    return false;
  const std::string key = between(from.in, "Sec-WebSocket-Key: ", "\r\n");
  from.in.erase(0, head_end + 4);
  const std::string answer = how_ == misbehaviour::refuse_upgrade
                                 ? "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
                                 : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                                   "Upgrade\r\nSec-WebSocket-Accept: " +
                                       accept_value(key) + "\r\n\r\n";
  send(from.socket, answer.data(), answer.size(), MSG_NOSIGNAL);
  from.upgraded = true;
  ++upgrades_;
  return true;
}

void scripted_server::send_line(connection& to, const std::string& line) {
  std::string frame{'\x81', '\x7f'};
  for (int i = 7; i >= 0; --i)
    frame.push_back(static_cast<char>(line.size() >> (8 * i)));
  if (line.size() < 126)
    frame = {'\x81', static_cast<char>(line.size())};
  else if (line.size() <= 0xffff)
    frame = {'\x81', '\x7e', static_cast<char>(line.size() >> 8), static_cast<char>(line.size())};
  frame += line;
  if (to.socket >= 0 && send(to.socket, frame.data(), frame.size(), MSG_NOSIGNAL) < 0)
    end(to);
}

void scripted_server::obey(connection& from, const std::string& line) {
  const std::string id = between(line, "{\"id\":", ",");
  const std::string channel = between(line, "\"channel\":\"", "\"");
  if (line.find("\"connect\":{") != std::string::npos)
    send_line(from, how_ == misbehaviour::refuse_connect
                        ? "{\"id\":" + id + R"(,"error":{"code":109,"message":"token expired"}})"
                        : "{\"id\":" + id + R"(,"connect":{"client":"c","version":"scripted"}})");
  else if (line.find("\"unsubscribe\":{") != std::string::npos) {
    std::erase(from.channels, channel);
    send_line(from, "{\"id\":" + id + ",\"unsubscribe\":{}}");
  } else if (line.find("\"subscribe\":{") != std::string::npos)
    subscribe(from, id, channel, line);
  else if (line.find("\"publish\":{") != std::string::npos)
    publish(from, id, channel, between(line, "\"data\":", "}}") + "}");
}

void scripted_server::subscribe(connection& from, const std::string& id, const std::string& channel,
                                const std::string& line) {
  from.channels.push_back(channel);
  const auto& log = logs_[channel];
  const std::string head = std::to_string(log.size());
  if (line.find("\"recover\":true") == std::string::npos || how_ == misbehaviour::no_recovery)
    return send_line(from, "{\"id\":" + id + R"(,"subscribe":{"epoch":"e","offset":)" + head + "}}");
  std::string list;
  for (std::size_t offset = std::stoul(between(line, "\"offset\":", ",")) + 1; offset <= log.size(); ++offset)
    list +=
        (list.empty() ? "" : ",") + (R"({"data":)" + log[offset - 1] + ",\"offset\":" + std::to_string(offset) + "}");
  send_line(from, "{\"id\":" + id + R"(,"subscribe":{"recovered":true,"epoch":"e","publications":[)" + list +
                      "],\"offset\":" + head + "}}");
}

void scripted_server::publish(connection& from, const std::string& id, const std::string& channel,
                              const std::string& data) {
  auto& log = logs_[channel];
  const bool wrong = log.size() + 1 == wrong_at;
  if (how_ == misbehaviour::silent)
    return;
  if (wrong && how_ == misbehaviour::refuse_publish)
    return send_line(from, "{\"id\":" + id + R"(,"error":{"code":111,"message":"too many requests"}})");
  if (!wrong || how_ != misbehaviour::forget)
    log.push_back(data);
  else
    how_ = misbehaviour::none;
  if (wrong && how_ == misbehaviour::store_twice)
    log.push_back(data);
  send_line(from, "{\"id\":" + id + ",\"publish\":{}}");
  bool first = true;
  for (const auto& each : connections_) {
    if (std::find(each->channels.begin(), each->channels.end(), channel) == each->channels.end())
      continue;
    deliver(*each, push_of(channel, data, log.size()), wrong && first);
    first = false;
  }
}

void scripted_server::deliver(connection& to, const std::string& push, bool wrong) {
  const misbehaviour how = wrong ? how_ : misbehaviour::none;
  if (how == misbehaviour::reorder) {
    to.held = push;
    return;
  }
  if (how == misbehaviour::close_connection) {
    constexpr std::string_view close_slow{"\x88\x06\x0b\xc0slow", 8};
    send(to.socket, close_slow.data(), close_slow.size(), MSG_NOSIGNAL);
    return end(to);
  }
  if (how == misbehaviour::garbage)
    return send_line(to, "no json");
  if (how != misbehaviour::lose)
    send_line(to, how == misbehaviour::duplicate ? push + "\n" + push : push);
  if (!to.held.empty()) {
    send_line(to, to.held);
    to.held.clear();
  }
}

} // namespace callboard::load::test
