#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

std::int64_t apply(work& unit, const keep_mail& op);
page<mail_message> answer(reading& from, const list_mail& question);

} // namespace callboard::sql
