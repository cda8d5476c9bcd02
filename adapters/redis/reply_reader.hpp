#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/redis/reply.hpp"

struct redisReader;

namespace callboard::redis {

/// Cuts a stream of bytes into replies, with hiredis' reader. A reply beyond the bounds, or bytes that are no reply,
/// break it for good: the stream has no boundary any more.
class reply_reader {
public:
  struct bounds {
    std::size_t values = 100'000; // of one reply, nested ones included
    std::size_t bytes = 4u << 20; // of one reply
  };

  reply_reader() : reply_reader(bounds{}) {}
  explicit reply_reader(bounds limits);
  ~reply_reader();
  reply_reader(const reply_reader&) = delete;
  reply_reader& operator=(const reply_reader&) = delete;

  void feed(std::string_view bytes);
  /// The next whole reply, if there is one.
  std::optional<reply> next();
  /// What broke it; empty while it works.
  const std::string& fault() const { return fault_; }

  /// What the reply that is being read has used up of its bounds.
  struct budget {
    std::size_t values = 0;
    std::size_t bytes = 0;
    bool spend(std::size_t more_values, std::size_t more_bytes);
  };

private:
  struct closer {
    void operator()(redisReader* reader) const;
  };

  bounds limits_;
  budget left_;
  std::unique_ptr<redisReader, closer> reader_;
  std::string fault_;
};

} // namespace callboard::redis
