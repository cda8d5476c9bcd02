#include <iostream>

#include "actors/core/rules.hpp"
#include "adapters/kafka/cloud_event.hpp"
#include "bin/callboard/admin_tools.hpp"
#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

// What somebody typed, on one line of a terminal: control characters of ASCII and of Latin-1 become question marks.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    auto is_wide_control = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    line += byte < 0x20 || byte == 0x7F || is_wide_control ? '?' : text[i];
    i += is_wide_control ? 1 : 0;
  }
  return line;
}

std::string state_of(const account_view& account) {
  if (account.disabled)
    return "disabled";
  return account.locked_until > wall_clock() ? "locked" : "active";
}

caf::expected<account_view> find_account(sql::store_session& store, const std::string& name) {
  auto found = store.ask(find_credentials{core::to_lower(name)});
  if (!found)
    return code_of(found.error()) == errc::not_found ? make_failure(errc::not_found, "there is no user '" + name + "'")
                                                     : found.error();
  return store.ask(get_account{found->user.id});
}

int show(sql::store_session& store, const std::string& name) {
  auto account = find_account(store, name);
  if (!account)
    return fail(explain(account.error()));
  auto sessions = store.ask(list_sessions{account->user.id, wall_clock()});
  if (!sessions)
    return fail(explain(sessions.error()));
  auto& user = account->user;
  auto is_locked = account->locked_until > wall_clock();
  std::cout << "id\t" << to_string(user.id) << "\nusername\t" << user.username << "\nemail\t" << user.email
            << (user.email.empty() || user.email_verified ? "" : " (not verified)") << "\nfull name\t"
            << on_one_line(user.full_name) << "\nrole\t" << to_string(user.role) << "\nstate\t" << state_of(*account)
            << "\nlocked until\t" << (is_locked ? kafka::print_time(account->locked_until) : "-") << "\nmade\t"
            << kafka::print_time(user.created_at) << "\nsessions\t" << sessions->size() << "\n";
  return 0;
}

int change(sql::store_session& store, const std::string& name, change_access operation) {
  auto account = find_account(store, name);
  if (!account)
    return fail(explain(account.error()));
  operation.user = account->user.id;
  auto changed = store.execute(std::move(operation));
  if (!changed)
    return fail(explain(changed.error()));
  std::cout << changed->account.user.username << " is " << to_string(changed->account.user.role) << ", "
            << state_of(changed->account) << "; sessions ended: " << changed->ended.size() << "\n";
  return 0;
}

} // namespace

int list_users(const settings& options, const list_accounts& wanted) {
  return with_store(options, [&](sql::store_session& store) {
    auto found = store.ask(wanted);
    if (!found)
      return fail(explain(found.error()));
    for (auto& each : found->items)
      std::cout << to_string(each.user.id) << "\t" << each.user.username << "\t" << to_string(each.user.role) << "\t"
                << state_of(each) << "\t" << kafka::print_time(each.user.created_at) << "\t" << each.user.email << "\n";
    if (!found->next.empty())
      std::cerr << "callboard: there are more, which follow with --cursor " << found->next << "\n";
    return 0;
  });
}

int show_user(const settings& options, const std::string& name) {
  return with_store(options, [&](sql::store_session& store) { return show(store, name); });
}

int set_role(const settings& options, const std::string& name, role wanted) {
  change_access operation;
  operation.role = wanted;
  return with_store(options, [&](sql::store_session& store) { return change(store, name, operation); });
}

int set_disabled(const settings& options, const std::string& name, bool disabled) {
  change_access operation;
  operation.disabled = disabled;
  return with_store(options, [&](sql::store_session& store) { return change(store, name, operation); });
}

} // namespace callboard
