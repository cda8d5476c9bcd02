#pragma once

#include "bin/callboard-load/outcome.hpp"

#include <memory>
#include <string>
#include <sys/types.h>

struct ssl_st;
struct ssl_ctx_st;

namespace callboard::load {

/// What clients speak TLS with: they check the server's certificate against the authorities in a file, or the system's
/// if it has no name. The failure is usage.
outcome<std::shared_ptr<ssl_ctx_st>> make_tls(const std::string& authorities);

/// TLS over a connected, non-blocking socket. Nothing is resumed from connection to connection.
class tls_link {
public:
  enum class progress { done, wants_read, wants_write, failed };

  /// name: the host's, as the certificate has it. The socket stays its owner's.
  tls_link(const std::shared_ptr<ssl_ctx_st>& context, int socket, const std::string& name);

  /// To be called again when the socket is ready for what it wants.
  progress shake_hands();
  /// After `failed`: what was wrong.
  std::string why() const;

  /// As `recv` and `send` do: a count, 0 at the end, or below 0 with errno, EAGAIN if the socket is not ready.
  ssize_t receive(char* into, std::size_t size);
  ssize_t send(const char* from, std::size_t size);

private:
  struct deleter {
    void operator()(ssl_st* session) const;
  };
  ssize_t outcome_of(int count);

  std::unique_ptr<ssl_st, deleter> session_;
};

} // namespace callboard::load
