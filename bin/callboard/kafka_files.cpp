#include "bin/callboard/kafka_security.hpp"

// Apart from what reads the options: only librdkafka knows what it can load.

namespace callboard {

std::string check_kafka_files(const settings& options) {
  if (options.kafka_protocol == "plaintext")
    return {};
  auto fault = kafka::fault_of(kafka_security(options));
  return fault.empty() ? fault
                       : "--kafka-ca, --kafka-cert and --kafka-key (CALLBOARD_KAFKA_CA, CALLBOARD_KAFKA_CERT, "
                         "CALLBOARD_KAFKA_KEY): " +
                             fault;
}

} // namespace callboard
