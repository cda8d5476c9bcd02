#include "bin/callboard-cli/screen_position.hpp"

#include <algorithm>
#include <cwchar>

#include "bin/callboard-cli/utf8.hpp"

namespace callboard::cli {

int row_after(std::string_view text, int columns) {
  columns = std::max(columns, 2);
  int row = 0;
  int column = 0;
  for (std::size_t position = 0; position < text.size();) {
    const auto point = decode_utf8(text, position);
    const int width = point ? std::max(0, ::wcwidth(static_cast<wchar_t>(*point))) : 1;
    if (column + width > columns) {
      ++row;
      column = 0;
    }
    column += width;
    if (column == columns) {
      ++row;
      column = 0;
    }
  }
  return row;
}

} // namespace callboard::cli
