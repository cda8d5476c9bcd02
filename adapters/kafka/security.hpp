#pragma once

#include <string>
#include <utility>
#include <vector>

#include "messages/secret_text.hpp"

namespace callboard::kafka {

/// How the way to Kafka is protected: whether it is encrypted, who the brokers must be, and who callboard is to them.
struct security {
  std::string protocol = "plaintext";      // plaintext, ssl or sasl_ssl: a password never goes out unencrypted
  std::string ca;                          // who vouches for the brokers, a file in PEM form; empty: the system's
  std::string certificate, key;            // who callboard is by TLS, files in PEM form; empty: nobody
  std::string mechanism = "SCRAM-SHA-512"; // of SASL: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
  std::string username;                    // by SASL
  secret_text password;                    // likewise
};

/// The same as properties of librdkafka
/// (https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md).
std::vector<std::pair<const char*, std::string>> properties_of(const security& wanted);

/// What keeps librdkafka from using the files, or nothing. Connects to nobody.
std::string fault_of(const security& wanted);

} // namespace callboard::kafka
