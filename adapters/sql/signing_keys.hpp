#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

done apply(work& unit, const keep_signing_key& op);
std::vector<signing_key_record> answer(reading& from, const list_signing_keys& question);

} // namespace callboard::sql
