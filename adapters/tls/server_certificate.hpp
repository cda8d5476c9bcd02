#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace callboard::tls {

/// Files in PEM form: the server's certificate with those that lead from it to a root, and its private key.
struct certificate_files {
  std::string certificate;
  std::string key;
};

/// What became of reading them. The sentences name files and reasons, never what is in a key.
struct load_report {
  std::string error;                 // empty: they can be used
  std::vector<std::string> warnings; // used all the same: an expired certificate, a key that everybody can read
};

/// The certificate that new connections are shown, and how they speak TLS: versions 1.2 and 1.3, suites with forward
/// secrecy and authenticated encryption, HTTP/1.1 by ALPN, no resumption, no renegotiation, no compression, no early
/// data. Thread-safe: it may be loaded again while connections are made; those that there are keep what they began
/// with.
class server_certificate {
public:
  /// After an error nothing has changed: what was loaded before stays in use.
  load_report load(const certificate_files& files);

  /// What a new connection begins with; null before the first `load`.
  std::shared_ptr<ssl_ctx_st> context() const;

private:
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// The same check without keeping anything.
load_report check(const certificate_files& files);

} // namespace callboard::tls
