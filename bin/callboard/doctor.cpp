#include "bin/callboard/doctor.hpp"

#include <iostream>
#include <sstream>

#include "bin/callboard/node.hpp"

namespace callboard {
namespace {

using namespace doctor;

const char* name_of(verdict judged) {
  switch (judged) {
  case verdict::ok:
    return "ok";
  case verdict::warning:
    return "warning";
  default:
    return "error";
  }
}

void print(std::string_view text, std::size_t width) {
  std::cout << text << std::string(width > text.size() ? width - text.size() : 1, ' ');
}

void print(const finding& each) {
  constexpr std::size_t verdicts = 9, things = 15;
  print(name_of(each.judged), verdicts);
  print(each.about, things);
  std::cout << each.says << ".\n";
  if (!each.advice.empty())
    std::cout << std::string(verdicts + things, ' ') << "To do: " << each.advice << ".\n";
}

findings examine(const settings& options) {
  findings found;
  for (auto* check : {check_configuration, check_certificate, check_data_directory, check_disk, check_descriptors,
                      check_store, check_redis, check_kafka, check_mail})
    check(options, found);
  return found;
}

/// A line of `read_settings` each.
findings refusals(const std::string& wrong) {
  findings found;
  std::istringstream lines{wrong};
  for (std::string line; std::getline(lines, line);)
    found.push_back({verdict::error, "configuration", line, "correct it; callboard config example shows every option"});
  return found;
}

} // namespace

int run_doctor(const option_values& given) {
  settings options;
  auto wrong = read_settings(given, options);
  // What cannot be read says nothing of where to look.
  auto found = wrong.empty() ? examine(options) : refusals(wrong);
  bool healthy = true;
  for (auto& each : found) {
    print(each);
    healthy = healthy && each.judged != verdict::error;
  }
  return healthy ? 0 : exit_failure;
}

} // namespace callboard
