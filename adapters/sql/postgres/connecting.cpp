#include "adapters/sql/postgres/connecting.hpp"

#include <algorithm>
#include <array>

#include <libpq-fe.h>
#include <poll.h>

#include "adapters/sql/driver.hpp"

namespace callboard::sql {
namespace {

using handle_pointer = std::unique_ptr<PGconn, decltype(&PQfinish)>;

std::string on_one_line(const char* message) {
  std::string text{message ? message : "out of memory"};
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::erase(text, '\t');
  return text;
}

/// What libpq says about a URL that it does not understand quotes the URL, or a part of it: with its password. Only the
/// name of a parameter stays.
std::string without_quotes(std::string text) {
  if (text.starts_with("invalid URI query parameter"))
    return text;
  for (auto begin = text.find('"'); begin != std::string::npos; begin = text.find('"', begin + 3)) {
    auto end = std::min(text.find('"', begin + 1), text.size() - 1);
    text.replace(begin, end - begin + 1, "...");
  }
  return text;
}

/// A policy is made from one text: time-out, application and URL, a line each.
std::string to_options(const connecting& how) {
  return std::to_string(how.timeout.count()) + "\n" + how.application_name + "\n" + how.url.reveal();
}

connecting from_options(const std::string& text) {
  auto first = text.find('\n'), second = text.find('\n', first + 1);
  return {text.substr(second + 1), text.substr(first + 1, second - first - 1),
          std::chrono::milliseconds{std::stoll(text.substr(0, first))}};
}

/// What stands before the URL is a default that it may change; what follows it holds.
PGconn* start(const connecting& how) {
  auto unanswered = std::to_string(std::max<std::chrono::milliseconds::rep>(how.timeout.count(), 1000));
  const std::array keywords{"keepalives",       "keepalives_idle",  "keepalives_interval",
                            "keepalives_count", "tcp_user_timeout", "fallback_application_name",
                            "dbname",           "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{"1",
                          "10",
                          "3",
                          "3",
                          unanswered.c_str(),
                          how.application_name.c_str(),
                          how.url.reveal().c_str(),
                          "UTF8",
                          static_cast<const char*>(nullptr)};
  return PQconnectStartParams(keywords.data(), values.data(), 1);
}

/// Waits until the socket is ready for what libpq wants of it; false at the deadline.
bool wait_for(PGconn* connection, PostgresPollingStatusType wanted, std::chrono::steady_clock::time_point deadline) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  if (left <= 0)
    return false;
  pollfd socket{PQsocket(connection), static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
  return ::poll(&socket, 1, static_cast<int>(left)) != 0;
}

} // namespace

connecting_policy::handle connecting_policy::do_startconnect(handle original) {
  if (original)
    return original;
  auto how = from_options(options());
  auto deadline = std::chrono::steady_clock::now() + how.timeout;
  handle_pointer made{start(how), &PQfinish};
  auto state = PGRES_POLLING_WRITING; // as libpq's manual has it, 34.1
  while (made && PQstatus(made.get()) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    if (!wait_for(made.get(), state, deadline))
      throw pqxx::broken_connection{"it did not answer within " + std::to_string(how.timeout.count()) + " ms"};
    state = PQconnectPoll(made.get());
  }
  if (!made || PQstatus(made.get()) != CONNECTION_OK)
    throw pqxx::broken_connection{on_one_line(PQerrorMessage(made.get()))};
  return made.release();
}

std::unique_ptr<raw_connection> connect(const connecting& how) {
  try {
    return std::make_unique<raw_connection>(to_options(how));
  } catch (const std::exception& error) {
    throw driver_error{failure::io, error.what()};
  }
}

std::string describe_url(const std::string& url) {
  char* reason = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parts{PQconninfoParse(url.c_str(), &reason),
                                                                     &PQconninfoFree};
  if (!parts) {
    auto text = without_quotes(on_one_line(reason));
    PQfreemem(reason);
    throw driver_error{failure::fatal, text};
  }
  std::string host, port, database;
  for (auto* each = parts.get(); each->keyword; ++each) {
    std::string_view keyword{each->keyword};
    auto* value = each->val ? each->val : "";
    if (keyword == "host" || (keyword == "hostaddr" && host.empty()))
      host = value;
    else if (keyword == "port")
      port = value;
    else if (keyword == "dbname")
      database = value;
  }
  return (host.empty() ? "local server" : host) + (port.empty() ? "" : ":" + port) +
         (database.empty() ? "" : "/" + database);
}

} // namespace callboard::sql
