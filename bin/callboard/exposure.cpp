#include "bin/callboard/exposure.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cctype>

#include <boost/asio/ip/address.hpp>

#include "adapters/tls/server_certificate.hpp"

namespace callboard {
namespace {

constexpr std::size_t least_bytes = 32;
// 32 random hexadecimal digits have fewer in one of some million cases; text that somebody typed on one key has.
constexpr std::size_t least_different_bytes = 8;
constexpr std::array<std::string_view, 12> placeholders{
    "changeme",    "replaceme", "yoursecret", "mysecret", "callboardsecret", "secretsecret",
    "placeholder", "password",  "example",    "insecure", "donotuse",        "0123456789abcdef0123456789abcdef"};

// "Change-Me_please" and "changemeplease" are one placeholder.
std::string letters_of(std::string_view text) {
  std::string result;
  for (unsigned char c : text)
    if (std::isalnum(c))
      result += static_cast<char>(std::tolower(c));
  return result;
}

} // namespace

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

bool is_weak_secret(std::string_view secret) {
  std::bitset<256> seen;
  for (unsigned char c : secret)
    seen.set(c);
  if (seen.count() < least_different_bytes)
    return true;
  auto letters = letters_of(secret);
  return std::any_of(placeholders.begin(), placeholders.end(),
                     [&letters](std::string_view known) { return letters.find(known) != std::string::npos; });
}

std::string refuse_exposure(const settings& options) {
  std::string errors;
  if (!options.secret.empty() && options.secret.size() < least_bytes)
    errors += "--secret (CALLBOARD_SECRET): must have 32 bytes or more\n";
  else if (!options.secret.empty() && is_weak_secret(options.secret) && !listens_on_loopback(options))
    errors += "--secret (CALLBOARD_SECRET): is a placeholder or made of few different characters, which will not do "
              "beyond this machine; take 32 random bytes, such as `openssl rand -base64 32` prints\n";
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
