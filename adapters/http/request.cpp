#include "adapters/http/request.hpp"

#include <limits>

#include "adapters/http/authenticator.hpp"
#include "adapters/http/origin_rules.hpp"
#include "adapters/http/router.hpp"
#include "adapters/http/strict_json.hpp"
#include "adapters/http/text.hpp"
#include "messages/errors.hpp"

namespace callboard::http {

std::string_view request_head::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return {};
}

request_context::request_context(const request_environment& environment, request_head head, std::string request_id,
                                 client_origin origin)
    : environment_{environment}, head_{std::move(head)}, request_id_{std::move(request_id)}, origin_{
                                                                                                 std::move(origin)} {}

bool request_context::read_target(std::string& raw_path) {
  std::string_view target{head_.target};
  auto mark = target.find('?');
  raw_path = target.substr(0, mark);
  auto query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  std::string path;
  std::string unused;
  if (!percent_decode(raw_path, path) || !percent_decode(query, unused, true))
    return false;
  set_path(std::move(path), std::string{query});
  return true;
}

void request_context::set_path(std::string path, std::string query) {
  path_ = std::move(path);
  query_ = std::move(query);
}

void request_context::set_parameters(std::vector<std::pair<std::string, std::string>> parameters) {
  parameters_ = std::move(parameters);
}

std::string_view request_context::cookie(std::string_view name) const {
  auto list = header("cookie");
  while (!list.empty()) {
    auto semicolon = list.find(';');
    auto pair = trim(list.substr(0, semicolon));
    auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return pair.substr(equals + 1);
    if (semicolon == std::string_view::npos)
      break;
    list.remove_prefix(semicolon + 1);
  }
  return {};
}

std::string_view request_context::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters_)
    if (key == name)
      return value;
  return {};
}

caf::expected<std::int64_t> request_context::number_parameter(std::string_view name) const {
  auto number = parse_number(parameter(name));
  if (!number || *number == 0)
    return make_failure(errc::not_found);
  return static_cast<std::int64_t>(*number);
}

caf::optional<std::string> request_context::query(std::string_view name) const {
  std::string_view rest{query_};
  while (!rest.empty()) {
    auto ampersand = rest.find('&');
    auto pair = rest.substr(0, ampersand);
    auto equals = pair.find('=');
    std::string key;
    std::string value;
    if (percent_decode(pair.substr(0, equals), key, true) && key == name) {
      auto raw = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
      // The edge has refused queries that do not decode.
      percent_decode(raw, value, true);
      return value;
    }
    if (ampersand == std::string_view::npos)
      break;
    rest.remove_prefix(ampersand + 1);
  }
  return caf::none;
}

caf::expected<std::uint64_t> request_context::query_number(std::string_view name, std::uint64_t fallback,
                                                           std::uint64_t least, std::uint64_t most) const {
  auto text = query(name);
  if (!text)
    return fallback;
  auto number = parse_number(*text);
  if (!number || *number < least || *number > most) {
    auto range = std::to_string(least) + " to " + std::to_string(most);
    return make_failure(errc::validation_failed, std::string{name} + " must be a number from " + range,
                        {{"/" + std::string{name}, "out_of_range", "must be a number from " + range}});
  }
  return *number;
}

caf::expected<boost::json::object> request_context::json() const {
  return parse_strict_object(body_);
}

bool request_context::is_same_site() const {
  return environment_.origins->is_same_site(head_);
}

boost::asio::awaitable<caf::expected<principal>> request_context::authenticate() {
  auto result = co_await environment_.authenticator->authenticate(header("authorization"));
  if (result) {
    caller_ = *result;
    has_caller_ = true;
  }
  co_return result;
}

} // namespace callboard::http
