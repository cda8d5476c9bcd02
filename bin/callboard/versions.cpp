#include "bin/callboard/versions.hpp"

#include <string_view>

#include <boost/version.hpp>
#include <caf/config.hpp>
#include <crypt.h>
#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <spdlog/version.h>
#include <sqlite3.h>

// Of jemalloc, which a program with sanitizers does without.
extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* fresh, std::size_t fresh_size)
    __attribute__((weak));

namespace callboard {
namespace {

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

// 150013 is 15.13 (libpq's manual, 34.2).
std::string libpq_version() {
  auto number = PQlibVersion();
  return std::to_string(number / 10'000) + "." + std::to_string(number % 10'000);
}

// "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c"
std::string jemalloc_version() {
  const char* text = nullptr;
  auto size = sizeof text;
  if (mallctl == nullptr || mallctl("version", static_cast<void*>(&text), &size, nullptr, 0) != 0)
    return "none";
  std::string_view version{text};
  return std::string{version.substr(0, version.find('-'))};
}

void add_line(std::string& report, std::string_view name, std::string_view value) {
  constexpr std::size_t column = 12;
  report += name;
  report.append(column - name.size(), ' ');
  report += value;
  report += '\n';
}

} // namespace

std::string version_report() {
  std::string report = "callboard " CALLBOARD_VERSION "\n";
  add_line(report, "commit", built_commit());
  add_line(report, "build", CALLBOARD_BUILD);
  add_line(report, "CAF", dotted(CAF_MAJOR_VERSION, CAF_MINOR_VERSION, CAF_PATCH_VERSION));
  add_line(report, "Boost", dotted(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000, BOOST_VERSION % 100));
  add_line(report, "OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING));
  add_line(report, "SQLite", sqlite3_libversion());
  add_line(report, "libpqxx", CALLBOARD_PQXX_VERSION);
  add_line(report, "libpq", libpq_version());
  add_line(report, "librdkafka", rd_kafka_version_str());
  add_line(report, "hiredis", dotted(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH));
  add_line(report, "libcurl", curl_version_info(CURLVERSION_NOW)->version);
  add_line(report, "libxcrypt", XCRYPT_VERSION_STR);
  add_line(
      report, "simdjson",
      dotted(simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR, simdjson::SIMDJSON_VERSION_REVISION));
  add_line(report, "spdlog", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH));
  add_line(report, "jemalloc", jemalloc_version());
  return report;
}

} // namespace callboard
