// The sending half of a client: commands are gathered over one pass of the loop and leave as one masked frame.
#include "bin/callboard-load/client.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace callboard::load {

namespace {

constexpr std::size_t most_unwritten = std::size_t{16} << 20;
// The protocol's bounds for one frame are 64 commands and 64 KiB; a command of this client is below 8 KiB.
constexpr std::uint32_t most_commands = 64;
constexpr std::size_t full_frame = 56 * 1024;

std::uint32_t next_mask(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return static_cast<std::uint32_t>(state);
}

} // namespace

void client::subscribe(std::uint32_t slot) {
  const subscription& mine = subscriptions_[slot];
  if (phase_ == phase::opening)
    ++unanswered_;
  append_subscribe(commands_, slot, context_.channels.name(mine.channel),
                   {mine.recovering, mine.checker.position(), context_.epochs[mine.channel]});
  queue();
}

void client::unsubscribe(std::uint32_t slot) {
  subscriptions_[slot].subscribed = false;
  append_unsubscribe(commands_, slot, context_.channels.name(subscriptions_[slot].channel));
  queue();
}

void client::publish(std::uint32_t slot, std::uint32_t mark, std::string_view text, std::string_view key) {
  append_publish(commands_, mark, context_.channels.name(subscriptions_[slot].channel), text, key);
  queue();
}

void client::queue() {
  commands_.push_back('\n');
  if (++queued_commands_ >= most_commands || commands_.size() >= full_frame)
    frame_commands();
  if (!unsent_) {
    unsent_ = true;
    context_.unsent.push_back(this);
  }
}

void client::frame_commands() {
  if (commands_.empty())
    return;
  commands_.pop_back();
  append_frame(out_, opcode::text, commands_, next_mask(context_.mask_state));
  commands_.clear();
  queued_commands_ = 0;
}

void client::flush() {
  unsent_ = false;
  if (socket_ < 0)
    return;
  frame_commands();
  write_out();
}

void client::frame_out(opcode code, std::string_view payload) {
  append_frame(out_, code, payload, next_mask(context_.mask_state));
  write_out();
}

void client::write_out() {
  std::size_t written = 0;
  while (written < out_.size()) {
    const char* const next = out_.data() + written;
    const std::size_t left = out_.size() - written;
    const ssize_t size = tls_ ? tls_->send(next, left) : send(socket_, next, left, MSG_NOSIGNAL);
    if (size > 0)
      written += static_cast<std::size_t>(size);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      break;
    else if (errno != EINTR)
      return lose(std::string{"connection lost: "} + std::strerror(errno));
  }
  out_.erase(0, written);
  if (out_.size() > most_unwritten)
    return lose("the server does not read what is sent to it");
  const bool rest = !out_.empty();
  if (rest != writable_awaited_) {
    writable_awaited_ = rest;
    context_.loop.change(socket_, rest ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
  }
}

} // namespace callboard::load
