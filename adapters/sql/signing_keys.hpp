#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

done apply(work& unit, const add_signing_key& op);
done apply(work& unit, const retire_signing_key& op);
done apply(work& unit, const note_token_life& op);
done apply(work& unit, const note_token_end& op);
std::vector<signing_key_record> answer(reading& from, const list_signing_keys& question);

} // namespace callboard::sql
