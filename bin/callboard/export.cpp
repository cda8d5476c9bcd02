#include <fstream>
#include <iostream>

#include <boost/json.hpp>

#include "adapters/password/hash.hpp"
#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/stores.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

constexpr std::uint32_t export_page = 200;

int fail(const std::string& sentence, int code = exit_failure) {
  std::cerr << "callboard: " << sentence << "\n";
  return code;
}

int fail(const caf::error& reason) {
  auto detail = context_of(reason).detail;
  return fail(detail.empty() ? std::string{entry_of(code_of(reason)).title} : detail);
}

struct export_progress {
  std::size_t exported = 0;
  std::size_t disabled = 0;     // left out: what import makes of a line is not disabled
  std::size_t without_hash = 0; // made with this installation's pepper, which no other has
};

void write_account(std::ostream& output, const credentials& account, export_progress& progress) {
  if (account.disabled) {
    ++progress.disabled;
    return;
  }
  boost::json::object line{{"username", account.user.username}, {"email", account.user.email}};
  if (!account.user.full_name.empty())
    line["full_name"] = account.user.full_name;
  line["role"] = to_string(account.user.role);
  if (password::is_importable(account.password_hash))
    line["password_hash"] = account.password_hash;
  else
    ++progress.without_hash;
  output << boost::json::serialize(line) << "\n";
  ++progress.exported;
}

// Page by page, so that any number of accounts needs the memory of one page. Who registers meanwhile may be in it or
// not; who is deleted meanwhile is not.
template <class Store>
caf::error write_accounts(std::ostream& output, Store& store, export_progress& progress) {
  search_users question;
  question.limit = export_page;
  do {
    auto found = store.ask(question);
    if (!found)
      return found.error();
    for (auto& user : found->items) {
      auto account = store.ask(find_credentials{user.username});
      if (account)
        write_account(output, *account, progress);
      else if (code_of(account.error()) != errc::not_found)
        return account.error();
    }
    if (!output)
      return make_failure(errc::unavailable, "the accounts cannot be written");
    question.cursor = found->next;
  } while (!question.cursor.empty());
  return {};
}

template <class Store>
int export_from(Store& store, std::ostream& output) {
  export_progress progress;
  auto reason = write_accounts(output, store, progress);
  if (!reason && !output.flush())
    reason = make_failure(errc::unavailable, "the accounts cannot be written");
  if (reason)
    return fail(reason);
  std::cerr << "exported " << progress.exported << " accounts";
  if (progress.disabled > 0)
    std::cerr << ", left out " << progress.disabled << " disabled ones";
  if (progress.without_hash > 0)
    std::cerr << ", " << progress.without_hash << " of them without a password that another installation can check";
  std::cerr << "\n";
  return 0;
}

struct exporter {
  const std::string& file;

  int operator()(const sql::open_error& reason) const { return fail(reason.message, exit_data_directory); }

  template <class Store>
  int operator()(const std::unique_ptr<Store>& store) const {
    if (file == "-")
      return export_from(*store, std::cout);
    std::ofstream output{file, std::ios::trunc};
    return output ? export_from(*store, output) : fail("cannot write " + file);
  }
};

} // namespace

int export_accounts(const settings& options, const std::string& file) {
  return std::visit(exporter{file}, stores::open_session(options));
}

} // namespace callboard
