#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/copies.hpp"
#include "bin/callboard/doctor.hpp"
#include "bin/callboard/exposure.hpp"
#include "bin/callboard/kafka_security.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/options.hpp"
#include "bin/callboard/versions.hpp"

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

// What the commands about accounts were given.
struct user_arguments {
  list_accounts wanted;
  std::string name, role;
  bool disabled = false, enabled = false;
};

void add_user_commands(CLI::App& admin, option_values& given, int& status) {
  auto* users = admin.add_subcommand("users", "Accounts: list, show, and change who may do what.");
  users->require_subcommand(1);
  auto arguments = std::make_shared<user_arguments>();
  auto add = [users, arguments, &given, &status](const char* name, const char* sentence, bool takes_name,
                                                 const std::function<int(const settings&)>& run) {
    auto* command = users->add_subcommand(name, sentence);
    if (takes_name)
      command->add_option("NAME", arguments->name, "Username or e-mail address")->required();
    add_options(*command, given);
    command->callback([&given, &status, run] { status = with_settings(given, run); });
    return command;
  };
  auto* list = add("list", "List them: id, username, role, state, when it was made, e-mail address.", false,
                   [arguments](const settings& options) {
                     auto& wanted = arguments->wanted;
                     if (role named{}; from_string(arguments->role, named))
                       wanted.role = named;
                     if (arguments->disabled || arguments->enabled)
                       wanted.disabled = arguments->disabled;
                     return list_users(options, wanted);
                   });
  list->add_option("--query", arguments->wanted.query, "Only those whose name or address begins so");
  list->add_option("--role", arguments->role, "Only guest, user or admin")
      ->check(CLI::IsMember({"guest", "user", "admin"}));
  auto* disabled = list->add_flag("--disabled", arguments->disabled, "Only disabled ones");
  list->add_flag("--enabled", arguments->enabled, "Only those that are not disabled")->excludes(disabled);
  list->add_option("--limit", arguments->wanted.limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  list->add_option("--cursor", arguments->wanted.cursor, "Where the list goes on, as the one before said");

  add("show", "Show one account.", true,
      [arguments](const settings& options) { return show_user(options, arguments->name); });
  add("role", "Give an account another role; its sessions end.", true,
      [arguments](const settings& options) {
        role named{};
        from_string(arguments->role, named);
        return set_role(options, arguments->name, named);
      })
      ->add_option("ROLE", arguments->role, "user or admin")
      ->required()
      ->check(CLI::IsMember({"user", "admin"}));
  add("disable", "Disable an account; its sessions end.", true,
      [arguments](const settings& options) { return set_disabled(options, arguments->name, true); });
  add("enable", "Enable an account again.", true,
      [arguments](const settings& options) { return set_disabled(options, arguments->name, false); });
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
  auto add_file_command = [&](const char* name, const char* sentence, const char* about_file,
                              int (*run)(const settings&, const std::string&)) {
    auto* command = admin->add_subcommand(name, sentence);
    command->add_option("FILE", file, about_file)->required();
    add_options(*command, given);
    command->callback(
        [&, run] { status = with_settings(given, [&](const settings& options) { return run(options, file); }); });
  };
  add_file_command(
      "import",
      "Import accounts from NDJSON: {username, email, full_name?, role?, password_hash?} a line; hashes are bcrypt.",
      "The file; - is standard input", import_accounts);
  add_file_command("backup", "Write a consistent copy of the embedded store, also while a server runs on it.",
                   "The copy; nothing may be there yet", back_up_store);
  add_file_command("restore",
                   "Put such a copy in place of the embedded store, which is kept aside; no server may run on it.",
                   "The copy", restore_store);

  add_user_commands(*admin, given, status);

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
      for (auto& wrong : {report.error, check_kafka_files(options)})
        if (!wrong.empty()) {
          std::cerr << "callboard: " << wrong << "\n";
          return exit_usage;
        }
      std::cout << "The configuration is valid.\n";
      return 0;
    });
  });
  config->add_subcommand("example", "Print every option with its default, as a file .env.")->callback([] {
    std::cout << example_environment();
  });

  auto* doctor = app.add_subcommand("doctor", "Look at the configuration, this machine and the servers that are named, "
                                              "and say what to do.");
  add_options(*doctor, given);
  doctor->callback([&] { status = run_doctor(given); });

  app.add_subcommand("routes", "Print every route of REST, the permission it needs, and the roles that have it.")
      ->callback([&] { status = list_routes(); });

  app.add_subcommand("version", "Print the version, of which commit it is, and those of its libraries.")->callback([] {
    std::cout << version_report();
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  return status;
}

} // namespace callboard
