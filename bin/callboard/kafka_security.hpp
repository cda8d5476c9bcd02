#pragma once

#include <string>

#include "adapters/kafka/security.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard {

/// What the options say of the way to Kafka.
kafka::security kafka_security(const settings& options);

/// Options that do not fit together, a line each; without a look at files. Part of what `read_settings` says: a file or
/// an account that would be without effect is refused, so that nobody takes a connection for protected that is not.
std::string refuse_kafka_security(const settings& options);

/// What is wrong with the files, in a sentence, or nothing. Asks no broker.
std::string check_kafka_files(const settings& options);

} // namespace callboard
