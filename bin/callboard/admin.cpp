#include <fstream>
#include <functional>
#include <iostream>
#include <memory>

#include <boost/json.hpp>
#include <termios.h>
#include <unistd.h>

#include "actors/core/rules.hpp"
#include "adapters/password/hash.hpp"
#include "bin/callboard/admin_tools.hpp"
#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/secrets.hpp"
#include "bin/callboard/signing_keys.hpp"
#include "bin/callboard/stores.hpp"
#include "messages/messages.hpp"

namespace callboard {

int fail(const std::string& sentence, int code) {
  std::cerr << "callboard: " << sentence << "\n";
  return code;
}

std::string explain(const caf::error& reason) {
  auto context = context_of(reason);
  auto text = context.detail.empty() ? std::string{entry_of(code_of(reason)).title} : context.detail;
  for (auto& field : context.fields) {
    if (text.ends_with('.')) // another part of the sentence follows
      text.pop_back();
    text += "; " + field.pointer.substr(1) + ": " + field.detail;
  }
  return text;
}

int with_store(const settings& options, const std::function<int(sql::store_session&)>& work) {
  auto opened = stores::open_session(options);
  if (auto* reason = std::get_if<sql::open_error>(&opened))
    return fail(reason->message, exit_data_directory);
  return work(*std::get<std::unique_ptr<sql::store_session>>(opened));
}

namespace {

constexpr std::size_t import_batch = 500;
constexpr std::size_t longest_line = 16 * 1024;

std::string ask_password() {
  std::string line;
  termios before{};
  bool terminal = ::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    std::cerr << "Password: " << std::flush;
    auto silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::getline(std::cin, line);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << "\n";
  }
  return line;
}

// What an imported line says; or, as an error, what is wrong with it.
caf::expected<register_user> parse_account(const std::string& line, const core::limits& limits) {
  core::validation check;
  boost::json::error_code failure;
  auto value = boost::json::parse(line, failure);
  if (failure || !value.is_object())
    return make_failure(errc::bad_request, "is not a JSON object");
  register_user account;
  account.role = role::user;
  for (auto& [key, content] : value.as_object()) {
    auto pointer = "/" + std::string{key};
    if (!content.is_string()) {
      check.refuse(pointer, "type", "must be a text");
      continue;
    }
    std::string text{content.as_string()};
    if (key == "username")
      account.username = core::to_lower(text);
    else if (key == "email")
      account.email = core::to_lower(text);
    else if (key == "full_name")
      account.full_name = text;
    else if (key == "password_hash")
      account.password_hash = text;
    else if (key != "role")
      check.refuse(pointer, "unknown_field", "is not known");
    else if (!from_string(text, account.role) || account.role == role::guest)
      check.refuse(pointer, "value", "must be user or admin");
  }
  check.check_username("/username", account.username, limits);
  check.check_email("/email", account.email, limits);
  check.check_text("/full_name", account.full_name, 0, limits.full_name_length);
  if (!account.password_hash.empty() && !password::is_importable(account.password_hash))
    check.refuse("/password_hash", "format", "is not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 14)");
  if (!check.ok())
    return check.failure();
  return account;
}

struct import_progress {
  std::size_t imported = 0;
  std::size_t refused = 0;
};

// One transaction; who is refused is named, the others are imported.
bool import_lines(sql::store_session& store, std::vector<std::pair<std::size_t, register_user>>& waiting,
                  import_progress& progress) {
  write_batch batch;
  for (auto& [line, account] : waiting)
    batch.operations.emplace_back(std::move(account));
  auto outcome = store.execute(batch);
  if (!outcome) {
    fail(explain(outcome.error()));
    return false;
  }
  for (std::size_t i = 0; i < outcome->answers.size(); ++i) {
    if (auto* reason = std::get_if<caf::error>(&outcome->answers[i])) {
      ++progress.refused;
      fail("line " + std::to_string(waiting[i].first) + ": " + explain(*reason));
    } else {
      ++progress.imported;
    }
  }
  waiting.clear();
  if (::isatty(STDERR_FILENO) == 1)
    std::cerr << "\r" << progress.imported << " accounts" << std::flush;
  return true;
}

int import_stream(const settings& options, std::istream& input, sql::store_session& store) {
  import_progress progress;
  std::vector<std::pair<std::size_t, register_user>> waiting;
  std::string line;
  for (std::size_t number = 1; std::getline(input, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos)
      continue;
    auto account = line.size() > longest_line
                       ? caf::expected<register_user>{make_failure(errc::bad_request, "the line is too long")}
                       : parse_account(line, options.limits);
    if (!account) {
      ++progress.refused;
      fail("line " + std::to_string(number) + ": " + explain(account.error()));
      continue;
    }
    waiting.emplace_back(number, std::move(*account));
    if (waiting.size() >= import_batch && !import_lines(store, waiting, progress))
      return exit_failure;
  }
  if (!waiting.empty() && !import_lines(store, waiting, progress))
    return exit_failure;
  if (::isatty(STDERR_FILENO) == 1)
    std::cerr << "\r";
  std::cout << "imported " << progress.imported << " accounts";
  if (progress.refused > 0)
    std::cout << ", refused " << progress.refused;
  std::cout << "\n";
  return progress.refused > 0 ? exit_failure : 0;
}

caf::error print_token(sql::store_session& store, const tokens::token_authority& tokens, const settings& options,
                       const std::string& name, std::chrono::seconds life) {
  auto found = store.ask(find_credentials{core::to_lower(name)});
  if (!found)
    return code_of(found.error()) == errc::not_found ? make_failure(errc::not_found, "there is no user '" + name + "'")
                                                     : found.error();
  auto now = wall_clock();
  open_session session;
  session.session = tokens.new_id();
  session.user = found->user.id;
  session.device = "callboard admin token";
  session.max_sessions = static_cast<std::uint32_t>(options.max_sessions); // as any other log-in
  session.now = now;
  session.idle_expires_at = session.absolute_expires_at = now + life;
  write_batch batch;
  batch.operations.emplace_back(session);
  batch.operations.emplace_back(
      write_audit{"authn_token_created", {}, found->user.id, {{"by", "command_line"}}, {}, now});
  batch.operations.emplace_back(note_token_end{tokens.signing_key(now), now + life});
  auto outcome = store.execute(batch);
  if (!outcome)
    return outcome.error();
  for (auto& answer : outcome->answers)
    if (auto* reason = std::get_if<caf::error>(&answer))
      return *reason;
  std::cout << tokens.sign_access({found->user.id, session.session, found->user.role, now + life}, now) << "\n";
  return {};
}

} // namespace

int create_account(const settings& options, const new_account& wanted) {
  auto username = core::to_lower(wanted.username);
  auto email = core::to_lower(wanted.email);
  secret_text chosen = ask_password();
  core::validation check;
  check.check_username("/username", username, options.limits);
  check.check_email("/email", email, options.limits);
  check.check_text("/full_name", wanted.full_name, 0, options.limits.full_name_length);
  if (auto violation = password::check_policy(chosen.reveal(), {username, email}))
    check.refuse("/password", "policy", describe(*violation));
  if (!check.ok())
    return fail(explain(check.failure()));
  return with_store(options, [&](sql::store_session& store) {
    auto known = load_secrets(options);
    if (!known)
      return fail(explain(known.error()), exit_data_directory);
    auto hash = password::hash_password(chosen.reveal(), hasher_settings(options, *known, nullptr).hash);
    if (auto* reason = std::get_if<password::hash_error>(&hash))
      return fail("the password cannot be hashed: " + std::string{password::to_string(*reason)});
    auto made = store.execute(register_user{username, email, wanted.full_name, std::get<std::string>(hash),
                                            wanted.role == "admin" ? role::admin : role::user});
    if (!made)
      return fail(explain(made.error()));
    std::cout << "made " << to_string(made->role) << " " << made->username << ", ID " << to_string(made->id) << "\n";
    return 0;
  });
}

int print_tokens(const settings& options, const std::string& user, std::int64_t life_seconds) {
  return with_store(options, [&](sql::store_session& store) {
    auto known = load_secrets(options);
    if (!known)
      return fail(explain(known.error()), exit_data_directory);
    auto keys = load_keys(store, options, *known);
    if (!keys)
      return fail(explain(keys.error()), exit_data_directory);
    tokens::token_authority tokens{keys->set, token_settings(*known)};
    std::chrono::seconds life{life_seconds};
    if (user != "-") {
      auto reason = print_token(store, tokens, options, user, life);
      return reason ? fail(explain(reason)) : 0;
    }
    std::string name;
    while (std::getline(std::cin, name))
      if (auto reason = print_token(store, tokens, options, name, life))
        return fail(explain(reason));
    return 0;
  });
}

int import_accounts(const settings& options, const std::string& file) {
  return with_store(options, [&](sql::store_session& store) {
    if (file == "-")
      return import_stream(options, std::cin, store);
    std::ifstream input{file};
    if (!input)
      return fail("cannot read " + file);
    return import_stream(options, input, store);
  });
}

} // namespace callboard
