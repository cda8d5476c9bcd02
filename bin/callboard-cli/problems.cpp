#include "bin/callboard-cli/problems.hpp"

#include "bin/callboard-cli/json.hpp"
#include "bin/callboard-cli/utf8.hpp"

#include <charconv>

namespace callboard::cli {

namespace {

constexpr std::size_t most_field_errors = 20;

std::string describe_field(const field_error& error) {
  const std::string& what = error.detail.empty() ? error.code : error.detail;
  return error.pointer.empty() ? what : error.pointer + ": " + what;
}

} // namespace

problem read_problem(unsigned status, std::string_view body) {
  problem refusal;
  refusal.status = status;
  const auto value = parse_json(body);
  if (!value)
    return refusal;
  refusal.code = text_at(*value, "code");
  refusal.title = text_at(*value, "title");
  refusal.detail = text_at(*value, "detail");
  for (const auto& error : array_at(*value, "errors")) {
    if (refusal.errors.size() == most_field_errors)
      break;
    refusal.errors.push_back({text_at(error, "pointer"), text_at(error, "code"), text_at(error, "detail")});
  }
  return refusal;
}

std::string describe_problem(const problem& refusal, const texts& say) {
  if (refusal.code == "invalid_credentials")
    return std::string(say(text_id::wrong_credentials));
  if (refusal.code == "invalid_refresh_token" || refusal.code == "refresh_token_reused")
    return std::string(say(text_id::session_ended));
  std::string line = refusal.detail.empty() ? refusal.title : refusal.detail;
  if (line.empty())
    line = say(text_id::server_status, refusal.status);
  std::string separator = " (";
  for (const auto& error : refusal.errors) {
    const std::string field = describe_field(error);
    if (field.empty())
      continue;
    line += separator + field;
    separator = "; ";
  }
  if (separator == "; ")
    line += ')';
  return neutralise(line);
}

std::vector<std::string> unknown_members_of(const problem& refusal, const std::vector<std::string>& members) {
  constexpr std::string_view prefix = "/members/";
  std::vector<std::string> unknown;
  for (const auto& error : refusal.errors) {
    if (!error.pointer.starts_with(prefix))
      continue;
    const char* begin = error.pointer.data() + prefix.size();
    const char* end = error.pointer.data() + error.pointer.size();
    std::size_t index = 0;
    const auto [stop, failed] = std::from_chars(begin, end, index);
    if (failed == std::errc{} && stop == end && index < members.size())
      unknown.push_back(members[index]);
  }
  return unknown;
}

} // namespace callboard::cli
