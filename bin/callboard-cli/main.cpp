#include "bin/callboard-cli/program.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace {

using namespace callboard::cli;

constexpr int exit_usage = 2;

// The language is needed for the help itself, before the options are read.
language language_asked_for(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--lang" && i + 1 < argc)
      return language_of_locale(argv[i + 1]);
    if (argument.starts_with("--lang="))
      return language_of_locale(argument.substr(argument.find('=') + 1));
  }
  return language_of_environment();
}

bool colours_unwanted() {
  const char* no_color = std::getenv("NO_COLOR"); // https://no-color.org
  const char* terminal = std::getenv("TERM");
  return (no_color != nullptr && *no_color != '\0') || (terminal != nullptr && std::string_view(terminal) == "dumb");
}

std::string list_of_commands(const texts& say);

int run(int argc, char** argv) {
  settings chosen;
  chosen.lang = language_asked_for(argc, argv);
  const texts say(chosen.lang);
  std::string url = "http://127.0.0.1:8080";
  std::string authorities;
  std::string lang;
  bool no_color = false;
  CLI::App app{std::string(say(text_id::about)), "callboard-cli"};
  app.set_help_flag("-h,--help", std::string(say(text_id::option_help)));
  app.set_version_flag("--version", "callboard-cli " CALLBOARD_VERSION, std::string(say(text_id::option_version)));
  app.add_option("--url", url, std::string(say(text_id::option_url)))->envname("CALLBOARD_URL")->capture_default_str();
  app.add_option("--ca", authorities, std::string(say(text_id::option_ca)))->envname("CALLBOARD_CA");
  app.add_option("--lang", lang, std::string(say(text_id::option_lang)));
  app.add_flag("--no-color", no_color, std::string(say(text_id::option_no_color)));
  app.footer(list_of_commands(say));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  if (!lang.empty() && lang != "en" && lang != "ru") {
    std::cerr << say(text_id::bad_lang, lang) << '\n';
    return exit_usage;
  }
  const auto server = parse_endpoint(url);
  if (!server) {
    std::cerr << say(text_id::bad_url, url) << '\n';
    return exit_usage;
  }
  chosen.server = *server;
  chosen.authorities = authorities;
  chosen.colours = !no_color && !colours_unwanted();
  return run_program(chosen);
}

std::string list_of_commands(const texts& say) {
  std::string list{say(text_id::help_intro)};
  for (const text_id usage :
       {text_id::usage_register, text_id::usage_login, text_id::usage_logout, text_id::usage_create_chat,
        text_id::usage_send_message, text_id::usage_connect, text_id::usage_chats, text_id::usage_remind,
        text_id::usage_reminders, text_id::usage_help, text_id::usage_exit})
    list += "\n  " + std::string(say(usage));
  return list;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "callboard-cli: " << error.what() << '\n';
    return 1;
  }
}
