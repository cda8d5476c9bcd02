#include "adapters/sql/sqlite/store.hpp"

#include "adapters/sql/actors.hpp"
#include "adapters/sql/sqlite/directory_lock.hpp"
#include "adapters/sql/sqlite/opening.hpp"

namespace callboard::sql {

struct sqlite_store::parts {
  sqlite_options options;
  std::unique_ptr<directory_lock> lock;
  opened_file file;
};

struct sqlite_session::parts {
  write_executor writer;
  query_executor reader;
};

namespace {

std::variant<std::unique_ptr<directory_lock>, open_error> take_lock(const std::filesystem::path& directory) {
  auto taken = directory_lock::take(directory);
  if (auto* other = std::get_if<directory_lock::held>(&taken)) {
    auto holder =
        other->holder.empty() ? std::string{"Another server"} : "Another server, process " + other->holder + ",";
    return open_error{open_failure::locked, holder + " works on the data directory " + directory.string() + "."};
  }
  if (auto* unusable = std::get_if<directory_lock::unusable>(&taken))
    return open_error{open_failure::not_writable, "The lock file " + (directory / "lock").string() +
                                                      " cannot be written: " + unusable->reason + "."};
  return std::move(std::get<std::unique_ptr<directory_lock>>(taken));
}

std::unique_ptr<sqlite_session> make_session(const sqlite_options& options) {
  auto settings = settings_of(options);
  return std::make_unique<sqlite_session>(std::unique_ptr<sqlite_session::parts>{
      new sqlite_session::parts{write_executor{writer_factory(options), settings},
                                query_executor{reader_factory(options), settings, options.query_deadline}}});
}

} // namespace

open_result open_store(const sqlite_options& options) {
  if (auto refused = prepare_directory(options))
    return *refused;
  auto lock = take_lock(options.data_dir);
  if (auto* refused = std::get_if<open_error>(&lock))
    return *refused;
  auto file = open_file(options);
  if (auto* refused = std::get_if<open_error>(&file))
    return *refused;
  return std::make_shared<sqlite_store>(std::unique_ptr<sqlite_store::parts>{new sqlite_store::parts{
      options, std::move(std::get<std::unique_ptr<directory_lock>>(lock)), std::move(std::get<opened_file>(file))}});
}

std::variant<migration_report, open_error> migrate(const sqlite_options& options) {
  auto opened = open_store(options);
  if (auto* refused = std::get_if<open_error>(&opened))
    return *refused;
  return std::get<std::shared_ptr<sqlite_store>>(opened)->migrated();
}

session_result open_session_store(const sqlite_options& options) {
  if (auto refused = prepare_directory(options))
    return *refused;
  auto file = open_file(options);
  if (auto* refused = std::get_if<open_error>(&file))
    return *refused;
  return make_session(options);
}

sqlite_store::sqlite_store(std::unique_ptr<parts> from) : parts_{std::move(from)} {}
sqlite_store::~sqlite_store() = default;

const std::string& sqlite_store::store_epoch() const {
  return parts_->file.store_epoch;
}

migration_report sqlite_store::migrated() const {
  return parts_->file.migrated;
}

write_connection_actor sqlite_store::spawn_writer(caf::actor_system& system) {
  auto executor = std::make_shared<write_executor>(writer_factory(parts_->options), settings_of(parts_->options));
  return spawn_write_connection(system, std::move(executor), shared_from_this());
}

store_actor sqlite_store::spawn_reader_pool(caf::actor_system& system) {
  auto make_executor = [this] {
    return std::make_shared<query_executor>(reader_factory(parts_->options), settings_of(parts_->options),
                                            parts_->options.query_deadline);
  };
  return sql::spawn_reader_pool(system, {parts_->options.readers, parts_->options.reader_queue}, make_executor,
                                shared_from_this());
}

session_result sqlite_store::open_session() {
  return make_session(parts_->options);
}

sqlite_session::sqlite_session(std::unique_ptr<parts> from) : parts_{std::move(from)} {}
sqlite_session::~sqlite_session() = default;

caf::expected<write_answers> sqlite_session::execute(const write_batch& batch) {
  return parts_->writer.execute(batch);
}

query_executor& sqlite_session::reader() {
  return parts_->reader;
}

} // namespace callboard::sql
