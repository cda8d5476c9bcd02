#include "bin/callboard/doctor.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "adapters/tls/expiry.hpp"
#include "adapters/tls/server_certificate.hpp"
#include "bin/callboard/exposure.hpp"

namespace callboard::doctor {
namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

// The secret lies there too, unless it is given.
bool needs_data_directory(const settings& options) {
  return options.database_url.empty() || options.secret.empty();
}

/// The directory, or the nearest one above it that is there.
std::filesystem::path nearest(const std::filesystem::path& wanted) {
  std::error_code error;
  auto path = std::filesystem::absolute(wanted, error).lexically_normal();
  while (path.has_parent_path() && path != path.parent_path() && !std::filesystem::exists(path, error))
    path = path.parent_path();
  return path;
}

/// What is wrong with who may read a file, or nothing.
void check_mode(const std::filesystem::path& path, findings& found) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return;
  if ((status.st_mode & 077) != 0)
    found.push_back({verdict::warning, "permissions", path.string() + " can be read by other users of this machine",
                     "chmod go= " + path.string()});
  if (status.st_uid != ::geteuid())
    found.push_back({verdict::warning, "permissions",
                     path.string() + " belongs to user " + std::to_string(status.st_uid) + ", not to user " +
                         std::to_string(::geteuid()) + ", who asks",
                     "run callboard, and this command, as the user that the files belong to"});
}

} // namespace

void check_configuration(const settings& options, findings& found) {
  auto warnings = exposure_warnings(options);
  for (auto& warning : warnings)
    found.push_back({verdict::warning, "configuration", warning, "give it a certificate, or a proxy that has one"});
  if (warnings.empty())
    found.push_back({verdict::ok, "configuration", "valid", {}});
}

void check_certificate(const settings& options, findings& found) {
  constexpr int renew_within_days = 14;
  if (!speaks_tls(options))
    return;
  auto report = tls::check({options.tls_cert, options.tls_key});
  if (!report.error.empty()) {
    found.push_back({verdict::error, "certificate", report.error, "correct --tls-cert and --tls-key"});
    return;
  }
  auto days = tls::days_left(options.tls_cert).value_or(0);
  for (auto& warning : report.warnings)
    found.push_back({days < 0 ? verdict::error : verdict::warning, "certificate", warning,
                     "put that right, then send SIGHUP to the server"});
  if (!report.warnings.empty())
    return;
  auto says = options.tls_cert + " is valid for " + std::to_string(days) + " days more";
  if (days < renew_within_days)
    found.push_back({verdict::warning, "certificate", says, "renew it, then send SIGHUP to the server"});
  else
    found.push_back({verdict::ok, "certificate", says, {}});
}

void check_data_directory(const settings& options, findings& found) {
  if (!needs_data_directory(options))
    return;
  std::filesystem::path directory{options.data_dir};
  std::error_code error;
  bool exists = std::filesystem::exists(directory, error);
  auto asked = nearest(directory);
  if (exists && !std::filesystem::is_directory(directory, error)) {
    found.push_back({verdict::error, "data directory", options.data_dir + " is no directory", "correct --data-dir"});
    return;
  }
  if (::access(asked.c_str(), R_OK | W_OK | X_OK) != 0) {
    found.push_back(
        {verdict::error, "data directory",
         asked.string() + " cannot be written by user " + std::to_string(::geteuid()) + ": " + std::strerror(errno),
         "let it belong to the user that callboard runs as, or correct --data-dir"});
    return;
  }
  found.push_back({verdict::ok,
                   "data directory",
                   options.data_dir + (exists ? " can be written" : " is not there; the first start makes it"),
                   {}});
  check_mode(directory, found);
  check_mode(directory / "secret", found);
  check_mode(directory / "callboard.sqlite", found);
}

void check_disk(const settings& options, findings& found) {
  constexpr std::uint64_t too_little = 64 * mebibyte, little = 1024 * mebibyte;
  struct statvfs disk {};
  auto place = nearest(options.data_dir);
  if (!options.database_url.empty() || ::statvfs(place.c_str(), &disk) != 0)
    return;
  auto room = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  auto says = std::to_string(room / mebibyte) + " MiB are free at " + place.string();
  if (room >= little)
    found.push_back({verdict::ok, "disk", says, {}});
  else
    found.push_back({room < too_little ? verdict::error : verdict::warning, "disk", says,
                     "make room: when it is full, sends are refused with storage_full"});
}

void check_descriptors(const settings& options, findings& found) {
  constexpr std::uint64_t others = 256; // the store, the listener, connections to other servers
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  auto needed = options.connections * (speaks_tls(options) ? 3 : 1) + others;
  auto says =
      "a process may open " + (limit.rlim_max == RLIM_INFINITY ? "any number of" : std::to_string(limit.rlim_max)) +
      " files, and --connections " + std::to_string(options.connections) + " may need " + std::to_string(needed);
  if (limit.rlim_max >= needed) // the server raises the soft limit itself
    found.push_back({verdict::ok, "descriptors", says, {}});
  else
    found.push_back({verdict::warning, "descriptors", says,
                     "raise the limit where callboard is started (ulimit -Hn, LimitNOFILE= of a unit), or lower "
                     "--connections"});
}

} // namespace callboard::doctor
