#include "bin/callboard-cli/network.hpp"

#include "bin/callboard-cli/utf8.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace callboard::cli {

namespace {

// Where a look-up leaves its answer. It outlives a wait that was given up, as a look-up cannot be stopped.
struct look_up {
  look_up(const asio::any_io_executor& executor, std::chrono::steady_clock::time_point deadline)
      : resolver(executor), answered(executor, deadline) {}

  asio::ip::tcp::resolver resolver;
  asio::steady_timer answered; // cancelled by the answer
  bool done = false;
  beast::error_code error;
  asio::ip::tcp::resolver::results_type found;
};

} // namespace

network::network(asio::any_io_executor executor, endpoint where, texts say)
    : executor_(std::move(executor)), where_(std::move(where)), say_(say), tls_(asio::ssl::context::tls_client) {
  beast::error_code ignored;              // without certificates every verification fails, with its own message
  tls_.set_default_verify_paths(ignored); // `trust` may take their place
  tls_.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
}

result<void> network::trust(const std::string& file) {
  if (file.empty())
    return result<void>();
  X509_STORE* const store = X509_STORE_new();
  if (store == nullptr || X509_STORE_load_file(store, file.c_str()) != 1) {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    X509_STORE_free(store);
    failure refused{neutralise(say_(text_id::bad_ca, file, reason != nullptr ? reason : "?")), {}};
    ERR_clear_error();
    return refused;
  }
  SSL_CTX_set_cert_store(tls_.native_handle(), store); // which owns it now
  return result<void>();
}

failure network::broken(const beast::error_code& error, text_id text) const {
  const std::string server = where_.authority();
  if (error == beast::error::timeout)
    return {say_(text_id::timed_out, server, request_deadline.count()), {}};
  return {neutralise(say_(text, server, error.message())), {}};
}

failure network::senseless() const {
  return {say_(text_id::bad_answer, where_.authority()), {}};
}

asio::awaitable<result<network::addresses>> network::resolve(clock::time_point deadline) {
  const auto state = std::make_shared<look_up>(executor_, deadline);
  state->resolver.async_resolve(where_.host, where_.port, [state](beast::error_code error, addresses found) {
    state->done = true;
    state->error = error;
    state->found = std::move(found);
    state->answered.cancel();
  });
  co_await state->answered.async_wait(as_values);
  if (!state->done)
    co_return broken(beast::error::timeout);
  if (state->error)
    co_return broken(state->error, text_id::cannot_resolve);
  co_return std::move(state->found);
}

asio::awaitable<result<stream>> network::connect(clock::time_point deadline) {
  auto found = co_await resolve(deadline);
  if (!found)
    co_return std::move(found.error());
  plain_stream connected(executor_);
  connected.expires_at(deadline);
  const auto [error, address] = co_await connected.async_connect(*found, as_values);
  if (error)
    co_return broken(error, text_id::cannot_connect);
  beast::error_code ignored; // only a matter of latency
  connected.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  if (where_.secure)
    co_return co_await shake_hands(std::move(connected));
  co_return stream(std::make_unique<plain_stream>(std::move(connected)));
}

asio::awaitable<result<stream>> network::shake_hands(plain_stream connected) {
  auto secured = std::make_unique<secure_stream>(std::move(connected), tls_);
  beast::error_code not_an_address;
  asio::ip::make_address(where_.host, not_an_address);
  SSL* const session = secured->native_handle();
  // The certificate has to name the host; a literal address is not sent as the server's name (RFC 6066, section 3).
  const int named = not_an_address ? SSL_set1_host(session, where_.host.c_str())
                                   : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), where_.host.c_str());
  const bool prepared = not_an_address ? SSL_set_tlsext_host_name(session, where_.host.c_str()) == 1 : true;
  if (named != 1 || !prepared)
    co_return broken(asio::error::invalid_argument, text_id::tls_failed);
  const auto [error] = co_await secured->async_handshake(asio::ssl::stream_base::client, as_values);
  if (error) {
    const long verified = SSL_get_verify_result(session);
    if (verified == X509_V_OK)
      co_return broken(error, text_id::tls_failed);
    const char* reason = X509_verify_cert_error_string(verified);
    co_return failure{say_(text_id::tls_failed, where_.authority(), reason), {}};
  }
  co_return stream(std::move(secured));
}

} // namespace callboard::cli
