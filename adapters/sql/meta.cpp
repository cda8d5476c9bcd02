#include "adapters/sql/meta.hpp"

#include <random>

namespace callboard::sql {

std::string meta_value(connection& db, std::string_view name) {
  auto found = select(db, "SELECT value FROM meta WHERE name = $1", name);
  return found.next() ? found.get<std::string>(0) : std::string{};
}

std::string make_store_epoch() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device device;
  std::string text;
  for (auto i = 0; i < 16; ++i)
    text += digits[device() & 15];
  return text;
}

} // namespace callboard::sql
