#include "bin/callboard-load/client.hpp"

#include "bin/callboard-load/handshake.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::load {

namespace {

constexpr std::size_t longest_message = std::size_t{64} << 20;
// One key for all is enough here: the key proves that the peer speaks WebSocket, it keeps no secret.
constexpr std::string_view upgrade_key = "Y2FsbGJvYXJkLWxvYWQgMQ==";

} // namespace

client::client(client_context& context, std::uint32_t index, std::string_view token)
    : context_(context), token_(token), index_(index), reader_(longest_message) {}

client::~client() {
  close_socket(true);
}

bool client::open(std::uint32_t source) {
  reader_ = message_reader{longest_message};
  commands_.clear();
  out_.clear();
  queued_commands_ = 0;
  writable_awaited_ = false;
  was_ready_ = false;
  opened_at_ = now();
  for (subscription& each : subscriptions_)
    each.subscribed = false;
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    return false;
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (source != 0) {
    // The port is chosen at connect, so that one source address serves as many connections as there are ports.
    setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
      return false;
  }
  phase_ = phase::connecting;
  const auto* server = reinterpret_cast<const sockaddr*>(&context_.server);
  if (connect(socket_, server, sizeof context_.server) != 0 && errno != EINPROGRESS)
    return false;
  return context_.loop.add(socket_, EPOLLOUT, *this);
}

void client::close_socket(bool abortive) {
  if (socket_ < 0)
    return;
  if (abortive) {
    const linger now_and_hard{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now_and_hard, sizeof now_and_hard);
  }
  tls_.reset();
  context_.loop.remove(socket_, *this);
  close(socket_);
  socket_ = -1;
  phase_ = phase::closed;
}

void client::cut() {
  close_socket(true);
}

void client::leave() {
  if (phase_ == phase::ready)
    frame_out(opcode::close, std::string_view{"\x03\xe8", 2});
  close_socket(false);
}

void client::lose(std::string_view why) {
  close_socket(true);
  context_.events.on_closed(*this, why);
}

void client::on_io(std::uint32_t events) {
  if (phase_ == phase::connecting) {
    on_connected();
    return;
  }
  if (phase_ == phase::securing) {
    secure();
    return;
  }
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
    on_readable();
  if ((events & EPOLLOUT) != 0 && socket_ >= 0)
    write_out();
}

void client::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    return lose(std::string{"cannot connect: "} + std::strerror(error));
  if (context_.tls) {
    phase_ = phase::securing;
    tls_ = std::make_unique<tls_link>(context_.tls, socket_, context_.name);
    return secure();
  }
  ask_for_upgrade();
}

void client::secure() {
  switch (tls_->shake_hands()) {
  case tls_link::progress::done:
    return ask_for_upgrade();
  case tls_link::progress::wants_read:
    return static_cast<void>(context_.loop.change(socket_, EPOLLIN, *this));
  case tls_link::progress::wants_write:
    return static_cast<void>(context_.loop.change(socket_, EPOLLOUT, *this));
  case tls_link::progress::failed:
    return lose("no secure connection: " + tls_->why());
  }
}

void client::ask_for_upgrade() {
  phase_ = phase::upgrading;
  context_.loop.change(socket_, EPOLLIN, *this);
  out_ = upgrade_request(context_.host, context_.target, upgrade_key);
  write_out();
}

void client::on_readable() {
  std::vector<char>& buffer = context_.buffer;
  const std::size_t room = buffer.size() - message_reader::padding; // more than a record of TLS
  const ssize_t size = tls_ ? tls_->receive(buffer.data(), room) : recv(socket_, buffer.data(), room, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (size <= 0)
    return lose(size == 0 ? std::string{"the server closed the connection"}
                          : std::string{"connection lost: "} + std::strerror(errno));
  std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
  if (phase_ == phase::upgrading && !on_upgrade(bytes))
    return;
  const auto sink = [this](opcode code, std::string_view payload) { return on_frame(code, payload); };
  if (!reader_.feed(bytes, sink) && socket_ >= 0)
    lose("the server broke the WebSocket framing");
}

bool client::on_upgrade(std::string_view& bytes) {
  static const std::string accept = accept_value(upgrade_key);
  std::string& head = commands_; // no command is queued yet
  head.append(bytes);
  upgrade_answer answer = read_upgrade_answer(head, accept);
  if (answer.status == upgrade_answer::state::refused)
    lose(answer.why);
  if (answer.status != upgrade_answer::state::accepted)
    return false;
  bytes.remove_prefix(bytes.size() - (head.size() - answer.size));
  head.clear();
  phase_ = phase::opening;
  unanswered_ = 1;
  append_connect(commands_, token_);
  queue();
  for (std::uint32_t slot = 0; slot < subscriptions_.size(); ++slot)
    if (subscriptions_[slot].wanted)
      subscribe(slot);
  return true;
}

bool client::on_frame(opcode code, std::string_view payload) {
  switch (code) {
  case opcode::text:
  case opcode::binary:
    on_lines(payload);
    break;
  case opcode::ping:
    frame_out(opcode::pong, payload);
    break;
  case opcode::close: {
    std::string why = "closed by the server";
    if (payload.size() >= 2) {
      const unsigned number = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
      why += " with " + std::to_string(number) + " " + std::string{payload.substr(2)};
    }
    lose(why);
    break;
  }
  default:
    break;
  }
  return socket_ >= 0;
}

void client::on_lines(std::string_view lines) {
  while (!lines.empty() && socket_ >= 0) {
    if (phase_ == phase::ready && !subscriptions_.empty()) {
      subscription& due = subscriptions_[last_slot_];
      std::size_t length = 0;
      const publication* known = context_.lines.known(lines, due.channel, due.checker.expected(), length);
      if (known != nullptr && due.subscribed) [[likely]] {
        lines.remove_prefix(std::min(length + 1, lines.size()));
        deliver(last_slot_, *known);
        continue;
      }
    }
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (end != 0)
      on_message(context_.lines.parse(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

std::uint32_t client::slot_of_channel(std::uint32_t channel) const {
  for (std::uint32_t slot = 0; slot < subscriptions_.size(); ++slot)
    if (subscriptions_[slot].channel == channel)
      return slot;
  return channel_table::unknown;
}

void client::deliver(std::uint32_t slot, const publication& published) {
  last_slot_ = slot;
  const verdict judged =
      published.offset == 0 ? verdict::in_order : subscriptions_[slot].checker.accept(published.offset);
  context_.events.on_publication(*this, slot, published, judged);
}

void client::on_message(const message& received) {
  switch (received.kind) {
  case message_kind::publication: {
    const std::uint32_t slot = slot_of_channel(received.published.channel);
    if (slot != channel_table::unknown && subscriptions_[slot].subscribed)
      deliver(slot, received.published);
    break;
  }
  case message_kind::ping:
    commands_.append("{}");
    queue();
    break;
  case message_kind::reply:
    on_reply(received);
    break;
  case message_kind::unsubscribe:
    if (slot_of_channel(received.channel) != channel_table::unknown)
      lose("unsubscribed by the server from " + context_.channels.name(received.channel) + ": " +
           std::to_string(received.code) + " " + std::string{received.reason});
    break;
  case message_kind::disconnect:
    lose("disconnected by the server: " + std::to_string(received.code) + " " + std::string{received.reason});
    break;
  case message_kind::malformed:
    lose("the server sent a line that is not of the protocol");
    break;
  case message_kind::other:
    break;
  }
}

void client::on_reply(const message& reply) {
  const command_kind kind = kind_of(reply.id);
  const std::uint32_t slot = slot_of(reply.id);
  if (kind == command_kind::publish || kind == command_kind::unsubscribe) {
    context_.events.on_answer(*this, kind, slot, reply);
    return;
  }
  if (reply.code != 0)
    return lose((kind == command_kind::connect ? "connect refused: " : "subscribe refused: ") +
                std::to_string(reply.code) + " " + std::string{reply.reason});
  if (kind == command_kind::subscribe) {
    if (slot >= subscriptions_.size())
      return lose("the server answered a subscription that was not asked for");
    subscription& mine = subscriptions_[slot];
    if (!mine.recovering)
      mine.checker.start(reply.offset);
    else if (!reply.recovered) {
      context_.events.on_unrecovered(*this, slot);
      return lose("no recovery");
    }
    mine.subscribed = true;
    mine.recovering = false;
    context_.events.on_subscribed(*this, slot, reply);
    for (const publication& each : reply.publications) {
      publication published = each;
      published.channel = mine.channel;
      deliver(slot, published);
    }
  }
  if (phase_ == phase::opening && --unanswered_ == 0) {
    phase_ = phase::ready;
    was_ready_ = true;
    context_.events.on_ready(*this);
  }
}

} // namespace callboard::load
