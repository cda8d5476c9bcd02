#include "bin/callboard/options.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include <unistd.h>

#include "adapters/jwt/secret_strength.hpp"
#include "bin/callboard/durations.hpp"
#include "bin/callboard/exposure.hpp"
#include "bin/callboard/kafka_security.hpp"

namespace callboard {
namespace {

std::string trim(const std::string& text) {
  auto begin = text.find_first_not_of(" \t\r");
  auto end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? std::string{} : text.substr(begin, end - begin + 1);
}

const option* find_variable(const std::string& variable) {
  for (auto& each : all_options())
    if (each.variable() == variable)
      return &each;
  return nullptr;
}

// KEY=value lines, '#' comments; a value may stand in double quotes.
std::string read_file(option_values& values) {
  std::ifstream file{".env"};
  std::string errors, line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    line = trim(line);
    if (line.empty() || line.front() == '#')
      continue;
    auto equals = line.find('=');
    auto where = ".env:" + std::to_string(number) + ": ";
    if (equals == std::string::npos) {
      errors += where + "expected NAME=value\n";
      continue;
    }
    auto name = trim(line.substr(0, equals));
    auto value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (auto* known = find_variable(name))
      values.insert_or_assign(known->name, value);
    else if (name.starts_with("CALLBOARD_"))
      errors += where + "there is no option " + name + "\n";
  }
  return errors;
}

// A misspelt variable is an error; these belong to other programs of the project.
std::string refuse_unknown_variables() {
  constexpr std::string_view others[] = {"CALLBOARD_URL", "CALLBOARD_CA", "CALLBOARD_BIN_DIR", "CALLBOARD_SOAK"};
  std::string errors;
  for (char** each = environ; *each != nullptr; ++each) {
    std::string_view entry{*each};
    auto name = entry.substr(0, entry.find('='));
    if (name.starts_with("CALLBOARD_") && find_variable(std::string{name}) == nullptr &&
        std::find(std::begin(others), std::end(others), name) == std::end(others))
      errors += "environment: there is no option " + std::string{name} + "\n";
  }
  return errors;
}

std::string check_secret(const char* option, const secret_text& secret) {
  auto weakness = secret.empty() ? std::nullopt : jwt::weakness_of_secret(secret.reveal());
  return weakness ? std::string{option} + ": " + *weakness + "\n" : std::string{};
}

std::string check_secrets(const settings& given) {
  auto errors = check_secret("--secret (CALLBOARD_SECRET)", given.secret) +
                check_secret("--token-secret (CALLBOARD_TOKEN_SECRET)", given.token_secret);
  auto is_hmac = given.token_algorithm == "hs256";
  if (is_hmac && given.token_secret.empty())
    errors += "--token-algorithm (CALLBOARD_TOKEN_ALGORITHM): hs256 needs --token-secret\n";
  if (!is_hmac && !given.token_secret.empty())
    errors += "--token-secret (CALLBOARD_TOKEN_SECRET): needs --token-algorithm hs256\n";
  if (!given.secret.empty() && given.token_secret == given.secret)
    errors += "--token-secret (CALLBOARD_TOKEN_SECRET): must not be --secret\n";
  return errors;
}

} // namespace

std::string option::variable() const {
  std::string result = "CALLBOARD_";
  for (char c : name)
    result += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string read_settings(const option_values& flags, settings& result) {
  option_values values;
  auto errors = read_file(values) + refuse_unknown_variables();
  for (auto& each : all_options())
    if (const char* value = std::getenv(each.variable().c_str()))
      values.insert_or_assign(each.name, value);
  for (auto& [name, value] : flags)
    values.insert_or_assign(name, value);
  for (auto& each : all_options()) {
    auto i = values.find(each.name);
    if (i == values.end())
      continue;
    auto wrong = each.set(result, i->second);
    if (!wrong.empty())
      errors += "--" + each.name + " (" + each.variable() + "): " + wrong +
                (each.secret ? std::string{} : ", not '" + i->second + "'") + "\n";
  }
  errors += check_secrets(result);
  errors += refuse_exposure(result);
  errors += refuse_kafka_security(result);
  if (2 * result.drain_delay > result.drain_timeout)
    errors += "--drain-delay (CALLBOARD_DRAIN_DELAY): must be at most half of --drain-timeout\n";
  if (!result.event_routes.empty() && result.kafka_brokers.empty())
    errors += "--event-routes (CALLBOARD_EVENT_ROUTES): needs --kafka-brokers\n";
  if (result.limits.username_min > result.limits.username_max)
    errors += "--username-min: must not be above --username-max\n";
  return errors;
}

std::optional<std::int64_t> parse_life(const std::string& text) {
  std::uint64_t life = 0;
  if (!parse_duration(text, life) || life < 1'000 || life > 7ull * 24 * 3600 * 1000)
    return std::nullopt;
  return static_cast<std::int64_t>(life / 1'000);
}

std::optional<std::int64_t> parse_overlap(const std::string& text) {
  std::uint64_t overlap = 0;
  if (!parse_duration(text, overlap) || overlap > 30ull * 24 * 3600 * 1000)
    return std::nullopt;
  return static_cast<std::int64_t>(overlap);
}

std::string example_environment() {
  std::string text =
      "# Every option with its default. Flags come before the environment, the environment before this file.\n";
  std::string group;
  settings defaults;
  for (auto& each : all_options()) {
    if (each.group != group) {
      group = each.group;
      text += "\n# --- " + group + "\n";
    }
    text += "\n# " + each.sentence + " (" + each.takes + ")\n";
    text += "#" + each.variable() + "=" + each.get(defaults) + "\n";
  }
  return text;
}

} // namespace callboard
