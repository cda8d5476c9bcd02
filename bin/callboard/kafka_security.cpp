#include "bin/callboard/kafka_security.hpp"

namespace callboard {

kafka::security kafka_security(const settings& options) {
  return {options.kafka_protocol,  options.kafka_ca,       options.kafka_cert,    options.kafka_key,
          options.kafka_mechanism, options.kafka_username, options.kafka_password};
}

std::string refuse_kafka_security(const settings& options) {
  auto is_plain = options.kafka_protocol == "plaintext", is_sasl = options.kafka_protocol == "sasl_ssl";
  auto has_files = !options.kafka_ca.empty() || !options.kafka_cert.empty() || !options.kafka_key.empty();
  auto has_account = !options.kafka_username.empty() || !options.kafka_password.empty();
  std::string errors;
  if (!is_plain && options.kafka_brokers.empty())
    errors += "--kafka-protocol (CALLBOARD_KAFKA_PROTOCOL): needs --kafka-brokers\n";
  if (is_plain && has_files)
    errors += "--kafka-ca, --kafka-cert and --kafka-key (CALLBOARD_KAFKA_CA, CALLBOARD_KAFKA_CERT, "
              "CALLBOARD_KAFKA_KEY): need --kafka-protocol ssl or sasl_ssl\n";
  if (options.kafka_cert.empty() != options.kafka_key.empty())
    errors += "--kafka-cert and --kafka-key (CALLBOARD_KAFKA_CERT, CALLBOARD_KAFKA_KEY): need each other\n";
  if (!is_sasl && has_account)
    errors += "--kafka-username and --kafka-password (CALLBOARD_KAFKA_USERNAME, CALLBOARD_KAFKA_PASSWORD): need "
              "--kafka-protocol sasl_ssl\n";
  if (is_sasl && (options.kafka_username.empty() || options.kafka_password.empty()))
    errors += "--kafka-protocol (CALLBOARD_KAFKA_PROTOCOL): sasl_ssl needs --kafka-username and --kafka-password\n";
  return errors;
}

} // namespace callboard
