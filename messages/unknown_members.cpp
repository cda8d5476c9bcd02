#include "messages/unknown_members.hpp"

#include <set>
#include <utility>

#include "messages/errors.hpp"

namespace callboard {
namespace {

constexpr std::size_t most_fields = 50;

} // namespace

caf::error unknown_members_error(const std::vector<std::string>& names, const std::vector<member>& found) {
  std::vector<field_error> fields;
  std::set<std::string> listed;
  std::string detail;
  for (std::size_t i = 0; i < names.size() && fields.size() < most_fields; ++i) {
    if (i < found.size() && number_of(found[i].user) != 0)
      continue;
    fields.push_back({"/members/" + std::to_string(i), "unknown_user", "there is no user '" + names[i] + "'"});
    if (listed.insert(names[i]).second)
      detail += (detail.empty() ? "these users do not exist: " : ", ") + names[i];
  }
  return fields.empty() ? caf::error{} : make_failure(errc::unknown_members, std::move(detail), std::move(fields));
}

} // namespace callboard
