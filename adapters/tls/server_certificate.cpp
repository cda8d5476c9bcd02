#include "adapters/tls/server_certificate.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

namespace callboard::tls {
namespace {

constexpr std::size_t longest_file = 1u << 20;
// With ephemeral keys and authenticated encryption; those of TLS 1.3 are all of this kind.
constexpr const char* suites = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";
constexpr std::string_view protocol{"\x08http/1.1", 9};

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;

std::string last_reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  std::string reason = text ? text : "unknown";
  ERR_clear_error();
  return reason;
}

std::string read_file(const std::string& path, const char* what, std::string& text) {
  auto refusal = std::string{"the "} + what + " " + path + " cannot be read: ";
  struct stat status {};
  std::ifstream file{path, std::ios::binary};
  if (!file || ::stat(path.c_str(), &status) != 0)
    return refusal + std::strerror(errno);
  if (!S_ISREG(status.st_mode) || static_cast<std::size_t>(status.st_size) > longest_file)
    return refusal + "it is no file of at most 1 MiB";
  text.assign(std::istreambuf_iterator<char>{file}, {});
  return file.bad() ? refusal + std::strerror(errno) : std::string{};
}

bio_ptr over(const std::string& text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

// Asked for when a key is encrypted: nobody is there to type, so there is none.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string use_certificates(SSL_CTX* context, const std::string& path, const std::string& text, x509_ptr& own) {
  auto bio = over(text);
  own.reset(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
  if (!own) {
    ERR_clear_error();
    return "the certificate " + path + " is not one in PEM form";
  }
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    return "the certificate " + path + " cannot be used: " + last_reason();
  while (auto* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return "a certificate in " + path + " cannot be used: " + last_reason();
    }
  }
  auto reason = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_REASON(reason) != PEM_R_NO_START_LINE)
    return "the certificate " + path + " is damaged behind its first part";
  return {};
}

std::string use_key(SSL_CTX* context, const certificate_files& files, const std::string& text, X509* own) {
  bool encrypted = false;
  auto bio = over(text);
  key_ptr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &encrypted)};
  ERR_clear_error();
  if (encrypted)
    return "the key " + files.key + " is encrypted, and there is nobody to ask for its password";
  if (!key)
    return "the key " + files.key + " is not a private key in PEM form";
  if (X509_check_private_key(own, key.get()) != 1) {
    ERR_clear_error();
    return "the key " + files.key + " does not belong to the certificate " + files.certificate;
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return "the key " + files.key + " cannot be used: " + last_reason();
  return {};
}

std::string print_time(const ASN1_TIME* time) {
  std::tm parts{};
  char text[32] = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1 || std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
    return "an unknown time";
  return text;
}

void warn(const certificate_files& files, const X509* own, std::vector<std::string>& warnings) {
  const auto* from = X509_get0_notBefore(own);
  const auto* until = X509_get0_notAfter(own);
  if (X509_cmp_current_time(until) <= 0)
    warnings.push_back("the certificate " + files.certificate + " expired at " + print_time(until) +
                       ": clients will refuse it");
  if (X509_cmp_current_time(from) > 0)
    warnings.push_back("the certificate " + files.certificate + " is not valid before " + print_time(from) +
                       ": clients will refuse it");
  struct stat status {};
  if (::stat(files.key.c_str(), &status) == 0 && (status.st_mode & 007) != 0)
    warnings.push_back("the key " + files.key + " can be read by everybody on this machine");
}

// RFC 7301: a client that names protocols, but not ours, is told so instead of being answered in another one.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(protocol.data()), protocol.size(),
                            offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<SSL_CTX> make_context() {
  std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  if (!context)
    return nullptr;
  auto* raw = context.get();
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA |
                               // HTTP and WebSocket know themselves when they were cut short.
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  // Nothing is resumed: a ticket's key would have to be changed in time, on every node at once, and what it saves is
  // one signature. Early data, which could be replayed, needs a ticket too.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  bool made = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(raw, suites) == 1 &&
              SSL_CTX_set1_groups_list(raw, groups) == 1 && SSL_CTX_set_num_tickets(raw, 0) == 1;
  return made ? context : nullptr;
}

load_report make(const certificate_files& files, std::shared_ptr<SSL_CTX>& result) {
  load_report report;
  std::string certificate, key;
  x509_ptr own;
  ERR_clear_error();
  auto context = make_context();
  if (!context)
    report.error = "TLS cannot be set up: " + last_reason();
  if (report.error.empty())
    report.error = read_file(files.certificate, "certificate", certificate);
  if (report.error.empty())
    report.error = read_file(files.key, "key", key);
  if (report.error.empty())
    report.error = use_certificates(context.get(), files.certificate, certificate, own);
  if (report.error.empty())
    report.error = use_key(context.get(), files, key, own.get());
  OPENSSL_cleanse(key.data(), key.size());
  if (report.error.empty()) {
    warn(files, own.get(), report.warnings);
    result = std::move(context);
  }
  return report;
}

} // namespace

load_report server_certificate::load(const certificate_files& files) {
  std::shared_ptr<SSL_CTX> made;
  auto report = make(files, made);
  if (report.error.empty()) {
    std::lock_guard lock{mutex_};
    context_ = std::move(made);
  }
  return report;
}

std::shared_ptr<ssl_ctx_st> server_certificate::context() const {
  std::lock_guard lock{mutex_};
  return context_;
}

load_report check(const certificate_files& files) {
  std::shared_ptr<SSL_CTX> unused;
  return make(files, unused);
}

} // namespace callboard::tls
