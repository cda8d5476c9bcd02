#pragma once

#include <memory>
#include <string>

#include "adapters/http/observer.hpp"
#include "adapters/tls/server_certificate.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard {

/// The certificate that a node shows, and what the log says of it.
class node_certificate {
public:
  node_certificate(const settings& options, std::shared_ptr<http::logger> log);

  /// Logs what is wrong with how the server shows itself, and reads the certificate if there is one. The answer is why
  /// the node cannot start; empty if nothing is.
  std::string begin(const settings& options);

  /// Reads both files again. What is wrong with them is logged, and those in use stay; without TLS nothing happens.
  void reload();

  /// For the edge; null: no TLS.
  std::shared_ptr<tls::server_certificate> shown() const { return shown_; }

private:
  std::string load();

  tls::certificate_files files_;
  std::shared_ptr<http::logger> log_;
  std::shared_ptr<tls::server_certificate> shown_;
};

} // namespace callboard
