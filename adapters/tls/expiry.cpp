#include "adapters/tls/expiry.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace callboard::tls {

std::optional<int> days_left(const std::string& certificate_file) {
  std::unique_ptr<BIO, decltype(&BIO_free)> file{BIO_new_file(certificate_file.c_str(), "r"), &BIO_free};
  std::unique_ptr<X509, decltype(&X509_free)> own{
      file ? PEM_read_bio_X509_AUX(file.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free};
  int days = 0, seconds = 0;
  if (!own || ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(own.get())) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return seconds < 0 ? days - 1 : days; // both have the sign of the difference
}

} // namespace callboard::tls
