#pragma once

#include "bin/callboard-cli/http_client.hpp"
#include "bin/callboard-cli/json.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace callboard::cli {

/// The user who is logged in.
struct account {
  std::int64_t id = 0;
  std::string username;
  std::string email;

  /// Whether `name` means this user: `me`, the user name or the e-mail, in any case.
  bool is(std::string_view name) const;
};

/// Talks to the REST interface as one user. Tokens are kept in memory only.
class session {
public:
  explicit session(network& net) : net_(net) {}

  /// The logged-in user, or nothing.
  const std::optional<account>& user() const { return user_; }
  const std::string& access_token() const { return access_token_; }

  /// `POST /auth/login`; takes the place of a previous log-in.
  asio::awaitable<result<void>> log_in(std::string name, std::string password);

  /// `POST /auth/logout`; the tokens are forgotten whatever the server says.
  asio::awaitable<result<void>> log_out();

  /// Replaces the access token by means of the refresh token; a refusal logs out.
  asio::awaitable<result<void>> refresh();

  /// Sends a request with the access token, if there is one. Refreshes the token and repeats once on 401; waits for
  /// Retry-After (at most `longest_wait`) and repeats once on 503. The JSON of the answer, null for an empty one.
  asio::awaitable<result<json::value>> call(std::string method, std::string target, json::value body = {},
                                            std::string idempotency_key = {});

  static constexpr std::chrono::seconds longest_wait{10};

private:
  asio::awaitable<result<json::value>> attempt(http_request request);
  result<void> adopt(const json::value& answer);
  void forget();

  network& net_;
  std::optional<account> user_;
  std::string access_token_;
  std::string refresh_token_;
};

/// A random text of 32 hexadecimal digits for client keys and Idempotency-Key.
std::string random_key();

} // namespace callboard::cli
