#pragma once

#include <exception>
#include <string_view>

#include "adapters/sql/driver.hpp"

namespace callboard::sql {

/// What a code of PostgreSQL's (appendix A of its manual) means to the repositories.
failure kind_of_sqlstate(std::string_view code);

/// What an exception of libpqxx means; `is_open`: whether the connection is still there.
driver_error to_driver_error(const std::exception& error, bool is_open);

} // namespace callboard::sql
