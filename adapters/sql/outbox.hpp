#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

done apply(work& unit, const trim_outbox& op);
std::vector<domain_event> answer(reading& from, const read_outbox& question);
store_status answer(reading& from, const get_store_status& question);
outbox_growth answer(reading& from, const get_outbox_growth& question);

} // namespace callboard::sql
