#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bin/callboard/settings.hpp"
#include "messages/queries.hpp"

namespace callboard {

/// The program: reads the command line, runs one command, answers the exit code (see node.hpp).
int run_program(int argc, char** argv);

// The commands. Each prints what went wrong to standard error, a sentence a line.

/// Serves until SIGINT or SIGTERM; a second one ends at once. SIGHUP reads the certificate again.
int serve(const settings& options);
/// Brings the store's schema up to date.
int migrate_store(const settings& options);

struct new_account {
  std::string username, email, full_name;
  std::string role = "admin";
  bool password_from_input = false;
};
/// Makes an account with a password from a prompt or, with `password_from_input`, the first line of standard input.
int create_account(const settings& options, const new_account& account);

/// Prints an access token of a user, or one a line for the usernames on standard input if `user` is "-".
int print_tokens(const settings& options, const std::string& user, std::int64_t life_seconds);

/// Prints accounts, one a line: id, username, role, state, when it was made, e-mail address. That there are more, and
/// the cursor that leads to them, goes to standard error.
int list_users(const settings& options, const list_accounts& wanted);

/// Prints what is known of an account, by its username or e-mail address, a name and a value a line.
int show_user(const settings& options, const std::string& name);

/// Gives an account another role; its sessions end. The last admin who is not disabled stays one.
int set_role(const settings& options, const std::string& name, role wanted);

/// Disables an account, or enables it again; its sessions end. The last admin stays.
int set_disabled(const settings& options, const std::string& name, bool disabled);

/// Prints the events that the log refused, one a line: id, type, key, when it happened, when it died, why.
int list_dead(const settings& options);

/// Puts dead events back into the outbox, all of them if no id is given.
int replay_dead(const settings& options, const std::vector<std::string>& ids);

/// Adds a key of access tokens, which is published at once and signs after `overlap_milliseconds`.
int rotate_keys(const settings& options, std::int64_t overlap_milliseconds);

/// Prints the keys of access tokens, one a line: id, algorithm, state, from when it signs, until when it is good.
int list_keys(const settings& options);

/// Removes a key before its time; tokens that it signed are refused from then on.
int retire_key(const settings& options, const std::string& id);

/// Writes accounts as NDJSON, with their password hashes, in the form that `import_accounts` reads; "-" is standard
/// output. Guests and disabled accounts are left out.
int export_accounts(const settings& options, const std::string& file);

/// Prints every route of REST, one a line: method, pattern, the permission it needs, the roles that have it.
int list_routes();

/// Reads accounts from NDJSON; "-" is standard input.
int import_accounts(const settings& options, const std::string& file);

} // namespace callboard
