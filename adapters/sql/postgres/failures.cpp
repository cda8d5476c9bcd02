#include "adapters/sql/postgres/failures.hpp"

#include <algorithm>

#include <pqxx/except>

namespace callboard::sql {
namespace {

/// One line, without the "ERROR:  " in front and the position in the statement behind.
std::string first_line(std::string_view text) {
  for (std::string_view prefix : {"ERROR:  ", "FATAL:  "})
    if (text.starts_with(prefix))
      text.remove_prefix(prefix.size());
  return std::string{text.substr(0, text.find('\n'))};
}

} // namespace

failure kind_of_sqlstate(std::string_view code) {
  auto is_class = [code](std::string_view prefix) { return code.starts_with(prefix); };
  if (code == "40001" || code == "40P01")
    return failure::retry;
  if (code == "55P03" || code == "55006")
    return failure::busy;
  if (is_class("23"))
    return failure::constraint;
  if (code == "53100")
    return failure::full;
  if (code == "57014" || code == "25P03")
    return failure::interrupted;
  if (is_class("08") || is_class("57P") || is_class("53") || code == "25006" || is_class("28") || code == "3D000")
    return failure::io;
  if (is_class("XX") || is_class("58"))
    return failure::corrupt;
  return failure::fatal;
}

driver_error to_driver_error(const std::exception& error, bool is_open) {
  auto text = first_line(error.what());
  if (auto* sql = dynamic_cast<const pqxx::sql_error*>(&error); sql && !sql->sqlstate().empty())
    return {kind_of_sqlstate(sql->sqlstate()), text};
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) || dynamic_cast<const pqxx::deadlock_detected*>(&error))
    return {failure::retry, text};
  if (!is_open || dynamic_cast<const pqxx::broken_connection*>(&error))
    return {failure::io, text};
  return {failure::fatal, text};
}

} // namespace callboard::sql
