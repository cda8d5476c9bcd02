#pragma once

#include <string>
#include <string_view>

namespace callboard::sql {

/// Lower case of A to Z alone: usernames and e-mail addresses.
std::string to_lower_ascii(std::string_view text);

/// Lower case of names in UTF-8 for a look-up by their beginning: ASCII, Latin-1, Greek and Cyrillic, the simple
/// one-to-one mappings of Unicode's CaseFolding.txt in those blocks. Other characters stay.
std::string fold_case(std::string_view text);

} // namespace callboard::sql
