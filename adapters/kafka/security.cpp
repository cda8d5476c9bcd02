#include "adapters/kafka/security.hpp"

#include "adapters/kafka/client.hpp"
#include "messages/messages.hpp"

namespace callboard::kafka {

std::vector<std::pair<const char*, std::string>> properties_of(const security& wanted) {
  std::vector<std::pair<const char*, std::string>> all{{"security.protocol", wanted.protocol}};
  if (wanted.protocol == "plaintext")
    return all;
  // The brokers must be who they are called, which is librdkafka's default and must not become anything else.
  all.emplace_back("enable.ssl.certificate.verification", "true");
  all.emplace_back("ssl.endpoint.identification.algorithm", "https");
  if (!wanted.ca.empty())
    all.emplace_back("ssl.ca.location", wanted.ca);
  if (!wanted.certificate.empty()) {
    all.emplace_back("ssl.certificate.location", wanted.certificate);
    all.emplace_back("ssl.key.location", wanted.key);
  }
  if (wanted.protocol == "sasl_ssl") {
    all.emplace_back("sasl.mechanism", wanted.mechanism);
    all.emplace_back("sasl.username", wanted.username);
    all.emplace_back("sasl.password", wanted.password.reveal());
  }
  return all;
}

std::string fault_of(const security& wanted) {
  options settings;
  settings.protection = wanted;
  auto made = client::make(RD_KAFKA_PRODUCER, settings, {});
  return made ? std::string{} : context_of(made.error()).detail;
}

} // namespace callboard::kafka
