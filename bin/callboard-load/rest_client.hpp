#pragma once

#include "bin/callboard-load/outcome.hpp"

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace callboard::load {

/// A blocking client of callboard's REST interface, for setting up a run. Keeps its connection.
class rest_client {
public:
  /// base: e.g. http://127.0.0.1:8080. timeout: seconds a request may take.
  /// authorities: a file of certificates to trust instead of the system's, or empty.
  rest_client(std::string base, double timeout, std::string authorities = {});
  ~rest_client();
  rest_client(const rest_client&) = delete;
  rest_client& operator=(const rest_client&) = delete;

  /// GET, with a bearer token if not empty; the answer's object. Any status but 2xx is a failure `unreachable`.
  outcome<boost::json::object> get(std::string_view path, std::string_view token);
  /// POST of an object, likewise.
  outcome<boost::json::object> post(std::string_view path, std::string_view token, const boost::json::object& body);

private:
  outcome<boost::json::object> perform(std::string_view path, std::string_view token, const std::string* body);

  std::string base_;
  std::string authorities_;
  long timeout_milliseconds_;
  std::unique_ptr<void, void (*)(void*)> handle_;
};

} // namespace callboard::load
