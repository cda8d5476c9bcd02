#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bin/callboard/settings.hpp"

namespace callboard {

/// One option, declared once: help, `.env.example`, validation and reading all come from here.
struct option {
  std::string group;    // heading in help and `.env.example`
  std::string name;     // "--data-dir" without the dashes; the variable is CALLBOARD_DATA_DIR
  std::string takes;    // what a value looks like: "ADDRESS:PORT", "0-1000", "DURATION"
  std::string sentence; // what it does
  bool secret = false;  // never printed
  std::function<std::string(settings&, const std::string&)> set; // the answer says what is wrong, or is empty
  std::function<std::string(const settings&)> get;               // as text that `set` takes

  std::string variable() const;
};

const std::vector<option>& all_options();

/// What was given, by option name.
using option_values = std::map<std::string, std::string>;

/// Fills settings from flags, then the environment, then the file `.env` in the working directory (which may be
/// absent), then defaults. The answer names everything that is wrong, a line each; empty if all is well.
std::string read_settings(const option_values& flags, settings& result);

/// The life of a token on the command line: a duration from 1 s to 7 d, in seconds.
std::optional<std::int64_t> parse_life(const std::string& text);

/// How long a key is published before it signs: a duration up to 30 d, in milliseconds.
std::optional<std::int64_t> parse_overlap(const std::string& text);

/// The text of `.env.example`.
std::string example_environment();

} // namespace callboard
