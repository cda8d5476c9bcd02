#include "tests/contract/sqlite_fixture.hpp"

#include <cstdlib>

#include <sqlite3.h>

#include "adapters/sql/sqlite/opening.hpp"

namespace callboard::contract {
namespace {

class sqlite_fixture final : public store_fixture {
public:
  explicit sqlite_fixture(std::uint32_t max_pages) {
    options_ = options_in(directory_.path());
    options_.clock = [this] { return now; };
    options_.max_pages = max_pages;
    auto opened = sql::open_store(options_);
    if (auto* error = std::get_if<sql::open_error>(&opened))
      throw std::runtime_error{error->message};
    store_ = std::get<std::shared_ptr<sql::server_store>>(opened);
    auto settings = sql::settings_of(options_);
    writer_ = std::make_unique<sql::write_executor>(sql::writer_factory(options_), settings, sql::writing());
    reader_ = std::make_unique<sql::query_executor>(sql::reader_factory(options_), settings, options_.query_deadline);
  }

  sql::write_executor& writer() override { return *writer_; }
  sql::query_executor& reader() override { return *reader_; }
  partition_id partition_of(const std::string& key) const override { return options_.partition_of(key); }

  std::string dump() override {
    sqlite3* handle = nullptr;
    sqlite3_open_v2(sql::store_file(options_).c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
    std::vector<std::string> tables;
    auto collect = [](void* to, int, char** values, char**) {
      static_cast<std::vector<std::string>*>(to)->emplace_back(values[0]);
      return 0;
    };
    sqlite3_exec(handle, "SELECT name FROM sqlite_master WHERE type = 'table'", collect, &tables, nullptr);
    std::string text;
    auto print = [](void* to, int count, char** values, char**) {
      for (int i = 0; i < count; ++i)
        if (values[i])
          static_cast<std::string*>(to)->append(values[i]).append("\n");
      return 0;
    };
    for (auto& table : tables) {
      text += "table " + table + "\n";
      sqlite3_exec(handle, ("SELECT * FROM " + table).c_str(), print, &text, nullptr);
    }
    sqlite3_close(handle);
    return text;
  }

  std::unique_ptr<sql::write_executor> another_writer() override {
    return std::make_unique<sql::write_executor>(sql::writer_factory(options_), sql::settings_of(options_),
                                                 sql::writing());
  }

  bool execute_is_refused(const std::string& statement) override {
    sqlite3* handle = nullptr;
    sqlite3_open_v2(sql::store_file(options_).c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    sqlite3_busy_timeout(handle, 5000);
    auto outcome = sqlite3_exec(handle, statement.c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(handle);
    return outcome != SQLITE_OK;
  }

private:
  scratch_directory directory_;
  sql::sqlite_options options_;
  std::shared_ptr<sql::server_store> store_;
  std::unique_ptr<sql::write_executor> writer_;
  std::unique_ptr<sql::query_executor> reader_;
};

} // namespace

sql::sqlite_options options_in(const std::filesystem::path& directory) {
  sql::sqlite_options options;
  options.data_dir = directory;
  options.query_deadline = options.busy_timeout = std::chrono::seconds{60};
  options.partition_of = [](std::string_view key) {
    std::uint32_t hash = 2166136261u; // FNV-1a
    for (auto c : key)
      hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return static_cast<partition_id>(hash % 64);
  };
  return options;
}

std::unique_ptr<store_fixture> make_sqlite_fixture(std::uint32_t max_pages) {
  return std::make_unique<sqlite_fixture>(max_pages);
}

} // namespace callboard::contract
