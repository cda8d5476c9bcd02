#include "bin/callboard/node_certificate.hpp"

#include <utility>

#include "bin/callboard/exposure.hpp"

namespace callboard {

node_certificate::node_certificate(const settings& options, std::shared_ptr<http::logger> log)
    : files_{options.tls_cert, options.tls_key}, log_{std::move(log)},
      shown_{speaks_tls(options) ? std::make_shared<tls::server_certificate>() : nullptr} {}

std::string node_certificate::begin(const settings& options) {
  for (auto& warning : exposure_warnings(options))
    log_->on_event(http::severity::warning, warning, {});
  return shown_ ? load() : std::string{};
}

void node_certificate::reload() {
  if (!shown_)
    return;
  auto wrong = load();
  if (wrong.empty())
    log_->on_event(http::severity::info, "The certificate was read again.", {});
  else
    log_->on_event(http::severity::error, "The certificate in use stays: " + wrong + ".", {});
}

std::string node_certificate::load() {
  auto report = shown_->load(files_);
  for (auto& warning : report.warnings)
    log_->on_event(http::severity::warning, warning, {});
  return report.error;
}

} // namespace callboard
