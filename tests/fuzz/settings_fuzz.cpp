// The configuration: lines of `.env`, and, where a line begins with two dashes, an option of the command line.
//
// Always so: what is wrong is told in whole lines that name their place. A value of a secret is never told, nor is the
// password of an URL. Settings that were accepted, printed option by option and read again, are the same settings.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "bin/callboard/options.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using fuzz::require;

namespace {

/// A folder whose `.env` is read while this lives.
class work_folder {
public:
  work_folder() : before_{std::filesystem::current_path()} { std::filesystem::current_path(shared()); }
  ~work_folder() { std::filesystem::current_path(before_); }
  work_folder(const work_folder&) = delete;
  work_folder& operator=(const work_folder&) = delete;

private:
  struct temporary {
    std::filesystem::path path;
    temporary() {
      auto name = (std::filesystem::temp_directory_path() / "callboard-fuzz-XXXXXX").string();
      require(mkdtemp(name.data()) != nullptr);
      path = name;
    }
    ~temporary() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const std::filesystem::path& shared() {
    static const temporary folder;
    return folder.path;
  }

  std::filesystem::path before_;
};

option_values split(std::string_view text, std::ostream& file) {
  option_values flags;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    auto equals = line.find('=');
    if (line.starts_with("--") && equals != std::string_view::npos)
      flags.insert_or_assign(std::string{line.substr(2, equals - 2)}, std::string{line.substr(equals + 1)});
    else
      file << line << '\n';
  }
  return flags;
}

void check_errors(std::string_view errors) {
  require(errors.ends_with('\n'));
  while (!errors.empty()) {
    require(errors.starts_with("--") || errors.starts_with(".env:") || errors.starts_with("environment: "));
    errors.remove_prefix(errors.find('\n') + 1);
  }
}

/// A password that no sentence holds takes the place of the end of the given one.
void check_silence(const option& each, std::string value) {
  constexpr std::string_view password = "Zq7Zq7Zq7Zq7Zq7Zq7";
  auto at = value.rfind('@');
  if (!each.secret || value.find("://") == std::string::npos || at == std::string::npos)
    return;
  settings fresh;
  require(each.set(fresh, value.insert(at, password)).find(password) == std::string::npos);
}

void check_again(const settings& accepted) {
  settings again;
  for (const auto& each : all_options())
    require(each.set(again, each.get(accepted)).empty());
  for (const auto& each : all_options())
    require(each.get(again) == each.get(accepted));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const work_folder folder;
  std::ofstream file{".env"};
  auto flags = split(fuzz::text_of(data, size), file);
  file.close();
  settings result;
  auto errors = read_settings(flags, result);
  for (const auto& each : all_options())
    if (auto given = flags.find(each.name); given != flags.end())
      check_silence(each, given->second);
  if (errors.empty())
    check_again(result);
  else
    check_errors(errors);
  return 0;
}
