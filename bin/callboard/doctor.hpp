#pragma once

#include <string>
#include <vector>

#include "bin/callboard/options.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard {

/// Looks at the configuration, this machine and the servers that the settings name, prints what it finds, a line for
/// each thing, and what to do about it. Answers 1 if something is in error, 0 otherwise.
int run_doctor(const option_values& given);

} // namespace callboard

/// What `callboard doctor` looks at. Nothing is changed anywhere, and each question to another server has a deadline.
namespace callboard::doctor {

enum class verdict : std::uint8_t { ok, warning, error };

/// What was found about one thing.
struct finding {
  verdict judged = verdict::ok;
  std::string about;  // "store", "disk", ...
  std::string says;   // a sentence without its full stop
  std::string advice; // what to do, as a sentence without its full stop; empty: nothing
};
using findings = std::vector<finding>;

// Of this machine.
void check_configuration(const settings& options, findings& found);
void check_data_directory(const settings& options, findings& found);
void check_disk(const settings& options, findings& found);
void check_descriptors(const settings& options, findings& found);
void check_certificate(const settings& options, findings& found);

// Of the servers that the settings name.
void check_store(const settings& options, findings& found);
void check_redis(const settings& options, findings& found);
void check_kafka(const settings& options, findings& found);
void check_mail(const settings& options, findings& found);

} // namespace callboard::doctor
