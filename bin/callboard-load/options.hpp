#pragma once

#include "bin/callboard-load/outcome.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace callboard::load {

/// The kinds of load.
enum class mode { fanout, latency, ingest, offered, connect, idle, resume };

/// The command line. Times are in seconds.
struct options {
  mode chosen = mode::fanout;

  std::string url;
  std::string authorities; ///< file of certificates to trust instead of the system's
  std::string token_file;
  std::string rest;
  std::string users_file;
  std::uint32_t register_users = 0;
  std::vector<std::string> channels;
  std::string channel_file;
  std::string channel_prefix;
  std::uint32_t rooms = 0; ///< 0: the mode's own default

  std::uint32_t connections = 0; ///< 0: the mode's own default
  std::uint32_t in_flight = 1;
  std::uint64_t messages = 0; ///< 0: by time
  double seconds = 5;
  double warm_up = 1;
  double rate = 1000;
  double in_time = 1;
  std::uint32_t size = 100;
  std::uint32_t concurrency = 64;
  std::uint32_t verify = 0; ///< rooms read back after ingest; 0: all
  std::uint32_t backlog = 100;
  std::string restart_command;

  double timeout = 30;
  int server_pid = 0;
  bool allow_remote = false;
  bool json = false;
  std::string run; ///< marks the messages of this run; made up if empty
};

/// Reads the command line. After `--help` or a mistake the text is already printed and the failure's `what` is empty.
outcome<options> read_command_line(int argc, char** argv);

/// The mode's word on the command line.
const char* name_of(mode which);

} // namespace callboard::load
