#include "bin/callboard/exposure.hpp"

#include <boost/asio/ip/address.hpp>

#include "adapters/tls/server_certificate.hpp"

namespace callboard {

bool listens_on_loopback(const settings& options) {
  auto host = options.listen.substr(0, options.listen.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (error)
    return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

bool speaks_tls(const settings& options) {
  return !options.tls_cert.empty();
}

std::string local_address(const settings& options, std::uint16_t port) {
  auto host = options.listen.substr(0, options.listen.rfind(':'));
  return (speaks_tls(options) ? "https://" : "http://") + host + ":" + std::to_string(port);
}

std::string refuse_exposure(const settings& options) {
  std::string errors;
  if (options.tls_cert.empty() != options.tls_key.empty())
    errors += "--tls-cert and --tls-key (CALLBOARD_TLS_CERT, CALLBOARD_TLS_KEY): need each other\n";
  if (speaks_tls(options) && options.public_url.starts_with("http://"))
    errors += "--public-url (CALLBOARD_PUBLIC_URL): must begin with https:// where --tls-cert is given\n";
  if (options.plain_http == "refuse" && !speaks_tls(options) && options.trusted_proxies.empty() &&
      !listens_on_loopback(options))
    errors += "--listen (CALLBOARD_LISTEN): " + options.listen +
              " can be reached from other machines, without TLS and without trusted proxies, and --plain-http refuses "
              "that\n";
  return errors;
}

std::vector<std::string> exposure_warnings(const settings& options) {
  std::vector<std::string> warnings;
  if (!listens_on_loopback(options) && !speaks_tls(options) && options.trusted_proxies.empty())
    warnings.push_back("passwords and tokens cross the network unencrypted: " + options.listen +
                       " can be reached from other machines, there is no --tls-cert, and no proxy in "
                       "--trusted-proxies encrypts before it");
  return warnings;
}

exposure_report check_exposure(const settings& options) {
  exposure_report report;
  report.warnings = exposure_warnings(options);
  if (!speaks_tls(options))
    return report;
  auto found = tls::check({options.tls_cert, options.tls_key});
  report.error = std::move(found.error);
  report.warnings.insert(report.warnings.end(), found.warnings.begin(), found.warnings.end());
  return report;
}

} // namespace callboard
