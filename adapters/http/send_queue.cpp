#include "adapters/http/send_queue.hpp"

#include <utility>

namespace callboard::http {

std::unique_ptr<backlog> backlog_pool::take() {
  if (spare_.empty())
    return std::make_unique<backlog>();
  auto taken = std::move(spare_.back());
  spare_.pop_back();
  return taken;
}

void backlog_pool::give_back(std::unique_ptr<backlog> unused) {
  if (!unused || spare_.size() >= most_kept || unused->entries.capacity() > most_entries)
    return;
  unused->entries.clear();
  unused->tokens.clear();
  unused->head = 0;
  spare_.push_back(std::move(unused));
}

void send_queue::push(shared_bytes bytes, bool exempt, backlog_pool& pool) {
  if (!bytes || bytes->empty())
    return;
  auto size = static_cast<std::uint32_t>(bytes->size());
  total_ += size;
  if (!exempt)
    counted_ += size;
  if (!first_) {
    first_ = std::move(bytes);
    first_exempt_ = exempt;
    sent_ = 0;
    return;
  }
  if (!more_)
    more_ = pool.take();
  more_->entries.push_back({std::move(bytes), exempt});
}

void send_queue::add_token(std::uint64_t token, backlog_pool& pool) {
  if (!more_)
    more_ = pool.take();
  more_->tokens.push_back(token);
}

std::size_t send_queue::gather(iovec* slices, std::size_t most) const {
  if (!first_ || most == 0)
    return 0;
  // writev takes pointers to mutable bytes, and does not write to them.
  auto slice = [](const std::string& bytes, std::size_t from) {
    return iovec{const_cast<char*>(bytes.data()) + from, bytes.size() - from};
  };
  slices[0] = slice(*first_, sent_);
  std::size_t count = 1;
  if (more_)
    for (auto i = more_->head; i < more_->entries.size() && count < most; ++i)
      slices[count++] = slice(*more_->entries[i].bytes, 0);
  return count;
}

void send_queue::consume(std::size_t count) {
  total_ -= static_cast<std::uint32_t>(count);
  while (first_) {
    auto rest = first_->size() - sent_;
    auto taken = std::min(rest, count);
    if (!first_exempt_)
      counted_ -= static_cast<std::uint32_t>(taken);
    count -= taken;
    if (taken < rest) {
      sent_ += static_cast<std::uint32_t>(taken);
      return;
    }
    sent_ = 0;
    if (!more_ || more_->head == more_->entries.size()) {
      first_.reset();
      return;
    }
    auto& next = more_->entries[more_->head++];
    first_ = std::move(next.bytes);
    first_exempt_ = next.exempt;
    // A queue that never runs empty must not keep the places of what has left.
    if (more_->head >= 1024) {
      more_->entries.erase(more_->entries.begin(), more_->entries.begin() + static_cast<std::ptrdiff_t>(more_->head));
      more_->head = 0;
    }
    if (count == 0)
      return;
  }
}

std::vector<std::uint64_t> send_queue::finish(backlog_pool& pool) {
  std::vector<std::uint64_t> tokens;
  if (more_) {
    if (!more_->tokens.empty())
      tokens = std::exchange(more_->tokens, {});
    pool.give_back(std::move(more_));
  }
  return tokens;
}

void send_queue::drop_unsent(backlog_pool& pool) {
  if (more_) {
    more_->entries.clear();
    pool.give_back(std::move(more_));
  }
  if (sent_ == 0)
    first_.reset();
  total_ = first_ ? static_cast<std::uint32_t>(first_->size() - sent_) : 0;
  counted_ = first_exempt_ ? 0 : total_;
}

} // namespace callboard::http
