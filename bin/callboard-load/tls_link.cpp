#include "bin/callboard-load/tls_link.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <tuple>

namespace callboard::load {

outcome<std::shared_ptr<ssl_ctx_st>> make_tls(const std::string& authorities) {
  std::ignore = std::signal(SIGPIPE, SIG_IGN); // OpenSSL cannot be told to do without it write by write
  ERR_clear_error();
  std::shared_ptr<ssl_ctx_st> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  if (!context)
    return failure{exit_code::usage, "TLS cannot be set up"};
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  const int loaded = authorities.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                         : SSL_CTX_load_verify_file(context.get(), authorities.c_str());
  if (loaded != 1) {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    return failure{exit_code::usage,
                   authorities + " holds no certificates that can be read: " + (reason != nullptr ? reason : "?")};
  }
  return context;
}

void tls_link::deleter::operator()(ssl_st* session) const {
  SSL_free(session);
}

tls_link::tls_link(const std::shared_ptr<ssl_ctx_st>& context, int socket, const std::string& name)
    : session_(SSL_new(context.get())) {
  SSL_set_fd(session_.get(), socket);
  in_addr address{};
  // A literal address is not sent as the server's name (RFC 6066, 3).
  if (inet_pton(AF_INET, name.c_str(), &address) == 1) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), name.c_str());
  } else {
    SSL_set1_host(session_.get(), name.c_str());
    SSL_set_tlsext_host_name(session_.get(), name.c_str());
  }
}

tls_link::progress tls_link::shake_hands() {
  ERR_clear_error();
  const int result = SSL_connect(session_.get());
  if (result == 1)
    return progress::done;
  switch (SSL_get_error(session_.get(), result)) {
  case SSL_ERROR_WANT_READ:
    return progress::wants_read;
  case SSL_ERROR_WANT_WRITE:
    return progress::wants_write;
  default:
    return progress::failed;
  }
}

std::string tls_link::why() const {
  const long verified = SSL_get_verify_result(session_.get());
  if (verified != X509_V_OK)
    return X509_verify_cert_error_string(verified);
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return reason != nullptr ? reason : "the server ended the handshake";
}

ssize_t tls_link::outcome_of(int count) {
  if (count > 0)
    return count;
  switch (SSL_get_error(session_.get(), count)) {
  case SSL_ERROR_ZERO_RETURN:
    return 0;
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    errno = EAGAIN;
    return -1;
  case SSL_ERROR_SYSCALL:
    return -1;
  default:
    errno = EPROTO;
    return -1;
  }
}

ssize_t tls_link::receive(char* into, std::size_t size) {
  ERR_clear_error();
  return outcome_of(SSL_read(session_.get(), into, static_cast<int>(std::min<std::size_t>(size, 1U << 30U))));
}

ssize_t tls_link::send(const char* from, std::size_t size) {
  ERR_clear_error();
  return outcome_of(SSL_write(session_.get(), from, static_cast<int>(std::min<std::size_t>(size, 1U << 30U))));
}

} // namespace callboard::load
