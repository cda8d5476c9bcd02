#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <pqxx/basic_connection>
#include <pqxx/connectionpolicy>

#include "messages/secret_text.hpp"

namespace callboard::sql {

/// How a connection is made: what libpq is told besides the URL, and until when it must stand.
struct connecting {
  secret_text url;
  std::string application_name;
  std::chrono::milliseconds timeout{3000};
};

/// libpqxx's way to exchange how a connection is made. Its own blocks, with time-outs of whole seconds, two at the
/// least; this one waits on the socket until its deadline. The options are what `to_options` writes.
class connecting_policy : public pqxx::connectionpolicy {
public:
  using pqxx::connectionpolicy::connectionpolicy;
  handle do_startconnect(handle original) override;
};

using raw_connection = pqxx::basic_connection_base<connecting_policy>;

/// Connects, or throws `driver_error`.
std::unique_ptr<raw_connection> connect(const connecting& how);

/// The server, port and database of a URL, without user and password, as far as it names them: for an operator's eyes.
/// Throws `driver_error` if libpq does not understand the URL.
std::string describe_url(const std::string& url);

} // namespace callboard::sql
