#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/exposure.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/options.hpp"

namespace callboard {
namespace {

// Every option on a command that reads the configuration; the values are checked later, with those of the environment.
void add_options(CLI::App& command, option_values& given) {
  for (auto& each : all_options()) {
    auto add = [&given, name = each.name](const std::string& value) { given.insert_or_assign(name, value); };
    settings defaults;
    auto default_text = each.get(defaults);
    command.add_option_function<std::string>("--" + each.name, add, each.sentence)
        ->type_name(each.takes + (default_text.empty() ? "" : " [" + default_text + "]"))
        ->envname("")
        ->group(each.group);
  }
}

int with_settings(const option_values& given, const std::function<int(const settings&)>& command) {
  settings options;
  auto wrong = read_settings(given, options);
  if (!wrong.empty()) {
    std::cerr << wrong;
    return exit_usage;
  }
  return command(options);
}

} // namespace

int run_program(int argc, char** argv) {
  ::umask(077); // what is made is the operator's alone
  CLI::App app{
      "callboard: accounts, group chat and reminders, self-hosted. Without configuration it runs alone on "
      "embedded parts.\nEvery option can also be set in the environment (CALLBOARD_DATA_DIR for --data-dir) or "
      "in a file .env.",
      "callboard"};
  app.require_subcommand(1);
  app.fallthrough(false);
  option_values given;
  int status = 0;

  auto* serve_command = app.add_subcommand("serve", "Serve until told to stop.");
  add_options(*serve_command, given);
  serve_command->callback([&] { status = with_settings(given, serve); });

  auto* migrate_command =
      app.add_subcommand("migrate", "Bring the store's schema up to date; serve does so by itself.");
  add_options(*migrate_command, given);
  migrate_command->callback([&] { status = with_settings(given, migrate_store); });

  auto* admin = app.add_subcommand("admin", "Work on the store, also while a server runs on it.");
  admin->require_subcommand(1);

  new_account account;
  auto* create = admin->add_subcommand("create", "Make an account; by default an admin's.");
  create->add_option("--username", account.username, "Its name")->required();
  create->add_option("--email", account.email, "Its e-mail address")->required();
  create->add_option("--full-name", account.full_name, "The person's name");
  create->add_option("--role", account.role, "admin or user")
      ->check(CLI::IsMember({"admin", "user"}))
      ->capture_default_str();
  create->add_flag("--password-stdin", account.password_from_input,
                   "Read the password from standard input instead of asking for it");
  add_options(*create, given);
  create->callback([&] {
    status = with_settings(given, [&](const settings& options) { return create_account(options, account); });
  });

  std::string user;
  std::string life = "1h";
  auto* token = admin->add_subcommand("token", "Print an access token of a user (with an entry in the audit log).");
  token->add_option("--user", user, "Username or e-mail; - reads names from standard input, one a line")->required();
  token->add_option("--ttl", life, "How long it is valid, such as 15m or 1h (at most 7d)")->capture_default_str();
  add_options(*token, given);
  token->callback([&] {
    auto seconds = parse_life(life);
    if (!seconds)
      throw CLI::ValidationError("--ttl", "must be a duration from 1s to 7d, such as 15m");
    status = with_settings(given, [&](const settings& options) { return print_tokens(options, user, *seconds); });
  });

  std::string target = "-";
  auto* export_command =
      admin->add_subcommand("export", "Write all accounts but guests as NDJSON, in the form that import reads, with "
                                      "their bcrypt hashes.");
  export_command->add_option("FILE", target, "The file; - is standard output")->capture_default_str();
  add_options(*export_command, given);
  export_command->callback([&] {
    status = with_settings(given, [&](const settings& options) { return export_accounts(options, target); });
  });

  std::string file;
  auto* import_command =
      admin->add_subcommand("import", "Import accounts from NDJSON: {username, email, full_name?, role?, "
                                      "password_hash?} a line; hashes are bcrypt.");
  import_command->add_option("FILE", file, "The file; - is standard input")->required();
  add_options(*import_command, given);
  import_command->callback(
      [&] { status = with_settings(given, [&](const settings& options) { return import_accounts(options, file); }); });

  auto* outbox = admin->add_subcommand("outbox", "Events that the log refused, for their size or their form.");
  outbox->require_subcommand(1);
  auto* list = outbox->add_subcommand("list", "List them: id, type, key, when it happened, when it was refused, why.");
  add_options(*list, given);
  list->callback([&] { status = with_settings(given, list_dead); });
  std::vector<std::string> dead_ids;
  auto* replay = outbox->add_subcommand("replay", "Publish them again, under their own ids.");
  replay->add_option("ID", dead_ids, "Which; all of them if none is named");
  add_options(*replay, given);
  replay->callback(
      [&] { status = with_settings(given, [&](const settings& options) { return replay_dead(options, dead_ids); }); });

  auto* keys = admin->add_subcommand("keys", "The keys that sign access tokens.");
  keys->require_subcommand(1);
  auto* list_all =
      keys->add_subcommand("list", "List them: id, algorithm, state, from when it signs, until when it is good.");
  add_options(*list_all, given);
  list_all->callback([&] { status = with_settings(given, list_keys); });
  std::string overlap = "10m";
  auto* rotate =
      keys->add_subcommand("rotate", "Add a key, which is published at once and signs later; the one before it "
                                     "stays good until its last token has ended.");
  rotate->add_option("--overlap", overlap, "How long it is published before it signs (at most 30d)")
      ->capture_default_str();
  add_options(*rotate, given);
  rotate->callback([&] {
    auto milliseconds = parse_overlap(overlap);
    if (!milliseconds)
      throw CLI::ValidationError("--overlap", "must be a duration from 0s to 30d, such as 10m");
    status = with_settings(given, [&](const settings& options) { return rotate_keys(options, *milliseconds); });
  });
  std::string key_id;
  auto* retire =
      keys->add_subcommand("retire", "Remove a key at once: tokens that it signed are refused from then on.");
  retire->add_option("ID", key_id, "Which; not the one that signs")->required();
  add_options(*retire, given);
  retire->callback(
      [&] { status = with_settings(given, [&](const settings& options) { return retire_key(options, key_id); }); });

  auto* config = app.add_subcommand("config", "About the configuration.");
  config->require_subcommand(1);
  auto* check = config->add_subcommand("check", "Check flags, environment and .env, and say what is wrong.");
  add_options(*check, given);
  check->callback([&] {
    status = with_settings(given, [](const settings& options) {
      auto report = check_exposure(options);
      for (auto& warning : report.warnings)
        std::cerr << "callboard: warning: " << warning << "\n";
      if (!report.error.empty()) {
        std::cerr << "callboard: " << report.error << "\n";
        return exit_usage;
      }
      std::cout << "The configuration is valid.\n";
      return 0;
    });
  });
  config->add_subcommand("example", "Print every option with its default, as a file .env.")->callback([] {
    std::cout << example_environment();
  });

  app.add_subcommand("routes", "Print every route of REST, the permission it needs, and the roles that have it.")
      ->callback([&] { status = list_routes(); });

  app.add_subcommand("version", "Print the version.")->callback([] {
    std::cout << "callboard " << version_text() << "\n";
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  return status;
}

} // namespace callboard
