#pragma once

#include <string_view>

namespace callboard::cli {

/// How many rows below its first one the cursor stands after `text` was shown from the first column of a terminal that
/// many columns wide. Wide characters take two columns and never half a row; a full row goes on in the next one.
int row_after(std::string_view text, int columns);

} // namespace callboard::cli
