#include "bin/callboard-load/options.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <random>
#include <utility>

namespace callboard::load {

namespace {

struct mode_description {
  mode which;
  const char* name;
  const char* sentence;
  std::uint32_t connections;
  std::uint32_t rooms;
};

constexpr std::array modes{
    mode_description{mode::fanout, "fanout", "One sender, one room: deliveries per second to all subscribers", 500, 1},
    mode_description{mode::latency, "latency", "A constant rate of messages to a room: send -> delivered", 100, 1},
    mode_description{mode::ingest, "ingest", "Many rooms, each with its own sender: accepted messages per second", 0,
                     1000},
    mode_description{
        mode::offered, "offered",
        "Messages at a constant rate to many rooms, whatever becomes of them: how many are accepted in time", 0, 200},
    mode_description{mode::connect, "connect", "Connections opened, authenticated and subscribed per second", 2000, 1},
    mode_description{mode::idle, "idle", "Holds connections: memory of the server for each", 5000, 1},
    mode_description{mode::resume, "resume", "Cuts all connections and reconnects them: time until no gap is left",
                     5000, 1},
};

constexpr auto footer =
    R"(Users: tokens from --token-file (connection i uses line i modulo the number of lines), or from logging in the users
of --users-file, or from registering --register users; the last two need --rest.
Rooms: --channel, --channel-file, or --channel-prefix with --rooms; with --rest and none of these, rooms are created
with the users as members. Connection i subscribes to room i modulo the number of rooms; in mode ingest connection i
sends to the rooms i, i + connections, ... Without any, the channels are load-RUN:0, load-RUN:1, ...

Exit status: 0 every message arrived once and in order; 1 something was lost, doubled, out of order or refused;
2 wrong usage; 3 could not connect, authenticate or subscribe.
Keys of the JSON line: bench/README.md.)";

std::string random_run() {
  std::random_device source;
  constexpr char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (int i = 0; i < 8; ++i)
    text.push_back(letters[source() % (sizeof letters - 1)]);
  return text;
}

void add_options(CLI::App& app, options& to) {
  const std::string target = "Target", users = "Users and rooms", load = "Load", run = "Run";
  app.add_option("--url", to.url, "WebSocket endpoint, e.g. ws://127.0.0.1:8080/connection/websocket")
      ->required()
      ->group(target);
  app.add_option("--rest", to.rest, "REST address, e.g. http://127.0.0.1:8080")->group(target);
  app.add_option("--ca", to.authorities,
                 "File of the authorities that may vouch for a wss:// or https:// server, instead of the system's")
      ->group(target);
  app.add_option("--server-pid", to.server_pid, "Process of the server, to read its CPU time and memory")
      ->check(CLI::PositiveNumber)
      ->group(target);
  app.add_flag("--allow-remote", to.allow_remote, "Allow a target that is not this machine")->group(target);

  app.add_option("--token-file", to.token_file, "Access tokens, one a line")->check(CLI::ExistingFile)->group(users);
  app.add_option("--users-file", to.users_file, "NDJSON of {username, password}, to log in")
      ->check(CLI::ExistingFile)
      ->group(users);
  app.add_option("--register", to.register_users, "Register this many new users")
      ->check(CLI::Range(1, 100'000))
      ->group(users);
  app.add_option("--channel", to.channels, "A channel; may be repeated")->group(users);
  app.add_option("--channel-file", to.channel_file, "Channels, one a line")->check(CLI::ExistingFile)->group(users);
  app.add_option("--channel-prefix", to.channel_prefix, "Channels PREFIX0, PREFIX1, ...")->group(users);
  app.add_option("--rooms", to.rooms,
                 "How many rooms (ingest 1000, offered 200, others 1; fanout and latency always use one)")
      ->check(CLI::Range(1, 1'000'000))
      ->group(users);

  app.add_option(
         "--connections,--subscribers,--members", to.connections,
         "Connections (fanout 500, latency 100, ingest and offered one a room, connect 2000, idle and resume 5000)")
      ->check(CLI::Range(1, 1'000'000))
      ->group(load);
  app.add_option("--in-flight", to.in_flight, "fanout: messages not yet at every subscriber; ingest: unanswered a room")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str()
      ->group(load);
  app.add_option("--messages", to.messages, "fanout: measure this many messages instead of --seconds")->group(load);
  app.add_option("--seconds", to.seconds, "How long is measured; idle: how long is held")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str()
      ->group(load);
  app.add_option("--warm-up", to.warm_up, "Seconds of load before measuring starts (fanout, latency, ingest, offered)")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str()
      ->group(load);
  app.add_option("--rate", to.rate, "latency, offered: messages per second")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str()
      ->group(load);
  app.add_option("--in-time", to.in_time, "offered: seconds from when a message is due within which its answer counts")
      ->check(CLI::Range(0.001, 600.0))
      ->capture_default_str()
      ->group(load);
  app.add_option("--size", to.size, "Bytes of a message's text")
      ->check(CLI::Range(32, 4096))
      ->capture_default_str()
      ->group(load);
  app.add_option("--concurrency", to.concurrency, "Connections being opened at one time")
      ->check(CLI::Range(1, 65'536))
      ->capture_default_str()
      ->group(load);
  app.add_option("--verify", to.verify, "ingest: rooms read back afterwards (0: all)")
      ->capture_default_str()
      ->group(load);
  app.add_option("--backlog", to.backlog, "resume: messages a room gets while its subscribers are away")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->group(load);
  app.add_option("--restart-command", to.restart_command,
                 "resume: run by the shell while the subscribers are away; returns when the server is ready again")
      ->group(load);

  app.add_option("--timeout", to.timeout, "Longest wait without progress, in seconds")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str()
      ->group(run);
  app.add_option("--run", to.run, "Marks the messages of this run (default: random)")->group(run);
  app.add_flag("--json", to.json, "One JSON line on standard output; the table goes to standard error")->group(run);
}

} // namespace

const char* name_of(mode which) {
  for (const mode_description& each : modes)
    if (each.which == which)
      return each.name;
  return "";
}

outcome<options> read_command_line(int argc, char** argv) {
  options given;
  CLI::App app{"Load client for callboard and other servers of the Centrifuge protocol (JSON, version 2).",
               "callboard-load"};
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(footer);
  app.get_formatter()->column_width(34);
  add_options(app, given);
  for (const mode_description& each : modes)
    app.add_subcommand(each.name, each.sentence)->callback([&given, each] { given.chosen = each.which; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return failure{app.exit(error) == 0 ? exit_code::success : exit_code::usage, {}};
  }
  for (const mode_description& each : modes) {
    if (each.which != given.chosen)
      continue;
    if (given.rooms == 0)
      given.rooms = each.rooms;
    if (given.connections == 0)
      given.connections = each.connections;
  }
  if (given.chosen == mode::fanout || given.chosen == mode::latency)
    given.rooms = 1;
  if (given.run.empty())
    given.run = random_run();
  const int sources = !given.token_file.empty() + !given.users_file.empty() + (given.register_users != 0);
  if (sources != 1)
    return failure{exit_code::usage, "exactly one of --token-file, --users-file and --register is needed"};
  if (given.token_file.empty() && given.rest.empty())
    return failure{exit_code::usage, "--users-file and --register need --rest"};
  if (!given.channels.empty() + !given.channel_file.empty() + !given.channel_prefix.empty() > 1)
    return failure{exit_code::usage, "give only one of --channel, --channel-file and --channel-prefix"};
  return given;
}

} // namespace callboard::load
