#include "adapters/sql/postgres/opening.hpp"

#include <unistd.h>

#include "adapters/sql/meta.hpp"
#include "adapters/sql/postgres/batch_forms.hpp"
#include "adapters/sql/postgres/migrations.hpp"

namespace callboard::sql {
namespace {

using namespace std::chrono_literals;

// A migration may rewrite a table.
constexpr auto migration_limit = 30min;

/// Makes what is fixed for the life of a store, once.
void write_meta(connection& db, unsigned partitions) {
  db.begin_write();
  auto is_first = run(db, "INSERT INTO meta (name, value) VALUES ('store_epoch', $1) ON CONFLICT DO NOTHING",
                      make_store_epoch()) == 1;
  if (is_first) {
    run(db, "INSERT INTO meta (name, value) VALUES ('partitions', $1)", std::to_string(partitions));
    for (unsigned id = 0; id < partitions; ++id)
      run(db, "INSERT INTO partitions (id, owner, epoch) VALUES ($1, '', 0)", id);
  }
  db.commit();
}

std::optional<open_error> check_state(schema_state state, int version, const std::string& place) {
  if (state == schema_state::foreign)
    return open_error{open_failure::not_a_store, "The database " + place + " holds tables of another program."};
  if (state == schema_state::newer)
    return open_error{open_failure::newer_version,
                      "The database " + place + " was made by a later version of callboard (its schema is version " +
                          std::to_string(version) + ", this program knows " +
                          std::to_string(postgres_migrations().back().version) + ")."};
  return std::nullopt;
}

std::optional<open_error> check_partitions(postgres_connection& db, unsigned wanted, const std::string& place) {
  auto partitions = meta_value(db, "partitions");
  if (partitions.empty() || partitions == std::to_string(wanted))
    return std::nullopt;
  return open_error{open_failure::other_settings, "The database " + place + " was made with " + partitions +
                                                      " partitions, not " + std::to_string(wanted) + "."};
}

/// How far the clock there is before ours, read in the middle of the question and its answer.
std::chrono::milliseconds clock_ahead(postgres_connection& db) {
  using std::chrono::system_clock;
  auto before = system_clock::now();
  auto asked = select(db, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
  auto theirs = asked.next() ? asked.get<timestamp>(0) : timestamp{};
  auto ours = before + (system_clock::now() - before) / 2;
  return std::chrono::duration_cast<std::chrono::milliseconds>(theirs - ours);
}

store_inspection inspect_checked(postgres_server& server) {
  auto db = server.connect("doctor", server.options().query_deadline);
  store_facts facts;
  facts.known_version = postgres_migrations().back().version;
  {
    auto product = select(*db, "SELECT current_setting('server_version')");
    facts.product = "PostgreSQL " + (product.next() ? product.get<std::string>(0) : "");
  }
  facts.clock_ahead = clock_ahead(*db);
  auto state = examine(*db, facts.version);
  if (auto refused = check_state(state, facts.version, server.place()))
    return *refused;
  if (facts.version > 0)
    if (auto refused = check_partitions(*db, server.options().partitions, server.place()))
      return *refused;
  return facts;
}

std::variant<opened_schema, open_error> open_checked(postgres_server& server) {
  auto db = server.connect("schema", migration_limit);
  auto wanted = server.options().partitions;
  opened_schema result;
  auto state = examine(*db, result.migrated.from);
  if (auto refused = check_state(state, result.migrated.from, server.place()))
    return *refused;
  if (state == schema_state::ours && result.migrated.from > 0)
    if (auto refused = check_partitions(*db, wanted, server.place()))
      return *refused;
  result.migrated.to = apply_migrations(*db);
  write_meta(*db, wanted);
  result.store_epoch = meta_value(*db, "store_epoch");
  return result;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown host";
}

} // namespace

postgres_server::postgres_server(postgres_options options)
    : options_{std::move(options)}, place_{describe_url(options_.url.reveal())}, reconnecting_{options_.first_retry,
                                                                                               options_.last_retry} {}

std::unique_ptr<postgres_connection> postgres_server::connect(std::string_view purpose,
                                                              std::chrono::milliseconds statement) {
  using clock = std::chrono::steady_clock;
  if (auto reason = reconnecting_.begin_attempt(clock::now()))
    throw driver_error{failure::io, *reason};
  try {
    auto name = "callboard " + std::string{purpose} + ", process " + std::to_string(::getpid()) + " on " + host_name();
    connection_limits limits{statement, std::max(options_.batch_deadline, statement), options_.lock_timeout,
                             options_.idle_timeout};
    auto made = std::make_unique<postgres_connection>(connecting{options_.url, name, options_.connect_timeout}, limits,
                                                      watchdog_);
    reconnecting_.succeeded();
    return made;
  } catch (const driver_error& error) {
    reconnecting_.failed(clock::now(), error.what());
    throw;
  }
}

open_error describe(const postgres_server& server, const driver_error& error) {
  auto name = "The database " + server.place();
  std::string reason = error.what();
  switch (error.kind()) {
  case failure::io:
    return {open_failure::not_writable, name + " cannot be used: " + reason + "."};
  case failure::corrupt:
    return {open_failure::corrupt, name + " is damaged: " + reason + "."};
  default:
    return {open_failure::failed, name + " does not open: " + reason + "."};
  }
}

std::variant<opened_schema, open_error> open_schema(postgres_server& server) {
  try {
    return open_checked(server);
  } catch (const driver_error& error) {
    return describe(server, error);
  }
}

store_inspection inspect_schema(postgres_server& server) {
  try {
    return inspect_checked(server);
  } catch (const driver_error& error) {
    return describe(server, error);
  }
}

store_settings settings_of(const postgres_options& options) {
  auto clock = options.clock;
  if (!clock)
    clock = [] { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); };
  return {options.partitions, options.partition_of, std::move(clock), options.keep_audit};
}

store_access access_to(std::shared_ptr<postgres_server> server, std::shared_ptr<node_lock> lock) {
  auto& options = server->options();
  auto connect_writer = [server]() -> std::unique_ptr<connection> {
    return server->connect("writer", server->options().write_deadline);
  };
  auto connect_reader = [server]() -> std::unique_ptr<connection> {
    return server->connect("reader", server->options().query_deadline);
  };
  auto settings = settings_of(options);
  write_options writing;
  writing.settle_deadline = options.settle_deadline;
  if (lock)
    writing.may_write = [lock] { return lock->is_held(); };
  writing.lock_partitions = lock_partitions;
  writing.make_append_forms = append_by_arrays;
  writing.flush_outbox = flush_outbox_together;
  writing.counting = count_by_arrays();
  return {[=] { return std::make_unique<write_executor>(connect_writer, settings, writing); },
          [=, deadline = options.query_deadline] {
            return std::make_unique<query_executor>(connect_reader, settings, deadline);
          }};
}

std::variant<std::shared_ptr<node_lock>, open_error> take_lock(const std::shared_ptr<postgres_server>& server) {
  try {
    auto connect = [server] { return server->connect("lock", server->options().ping_interval); };
    auto taken = node_lock::take(connect, server->options().ping_interval, server->options().lock_changed);
    if (auto* other = std::get_if<node_lock::held>(&taken))
      return open_error{open_failure::locked, "Another server works on the database " + server->place() +
                                                  (other->holder.empty() ? "" : ": " + other->holder) + "."};
    return std::shared_ptr<node_lock>{std::move(std::get<std::unique_ptr<node_lock>>(taken))};
  } catch (const driver_error& error) {
    return describe(*server, error);
  }
}

} // namespace callboard::sql
