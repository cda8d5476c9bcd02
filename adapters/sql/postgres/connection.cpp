#include "adapters/sql/postgres/connection.hpp"

#include <charconv>
#include <unordered_map>

#include <poll.h>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>
#include <pqxx/row>

#include "adapters/sql/postgres/failures.hpp"
#include "adapters/sql/postgres/parameters.hpp"

namespace callboard::sql {
namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// What the server needs to end a statement at its own time-out and to say so; only then the connection is cut.
constexpr auto grace = 500ms;
// A batch is remembered for far longer than anybody looks for it.
constexpr auto batch_life = 10min;
constexpr unsigned batches_between_prunings = 1024;

constexpr pqxx::oid bytes_type = 17; // bytea

std::string quoted(const uuid& id) {
  std::string text{"'"};
  append_hex(text, {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  return text + "'";
}

/// The least UUIDv7 of a time that lies `batch_life` before the one of `id`.
uuid oldest_kept(const uuid& id) {
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i)
    time = time << 8 | id.bytes[i];
  auto life = static_cast<std::uint64_t>(std::chrono::milliseconds{batch_life}.count());
  time -= std::min(time, life);
  uuid oldest;
  for (std::size_t i = 6; i > 0; --i, time >>= 8)
    oldest.bytes[i - 1] = static_cast<std::uint8_t>(time);
  return oldest;
}

std::string in_milliseconds(std::chrono::milliseconds time) {
  return std::to_string(std::max<std::chrono::milliseconds::rep>(time.count(), 1)); // 0 would mean: no limit
}

std::string script_of(const connection_limits& limits) {
  return "SET statement_timeout = " + in_milliseconds(limits.statement) +
         "; SET lock_timeout = " + in_milliseconds(limits.lock) +
         "; SET idle_in_transaction_session_timeout = " + in_milliseconds(limits.idle) +
         "; SET synchronous_commit = on; SET bytea_output = 'hex'; SET standard_conforming_strings = on";
}

} // namespace

/// A statement that libpqxx prepares at its first use.
class postgres_statement final : public statement {
public:
  postgres_statement(postgres_connection& owner, std::string name) : owner_{owner}, name_{std::move(name)} {}

  bool is_in_use() const { return has_run_; }

  void bind_integer(int index, std::int64_t value) override { parameters_.set_integer(index, value); }
  void bind_text(int index, std::string_view value, bool) override { parameters_.set_text(index, value); }
  void bind_bytes(int index, std::string_view value, bool) override { parameters_.set_bytes(index, value); }
  void bind_null(int index) override { parameters_.set_null(index); }

  bool step() override;
  std::int64_t integer_at(int column) override;
  std::string_view text_at(int column) override;
  bool is_null_at(int column) override { return field(column).is_null(); }
  void reset() noexcept override {
    has_run_ = false;
    result_ = {};
    row_ = {};
  }

private:
  pqxx::field field(int column) const { return row_[static_cast<pqxx::row_size_type>(column)]; }

  postgres_connection& owner_;
  std::string name_;
  parameters parameters_;
  pqxx::result result_;
  pqxx::row row_;
  pqxx::result::size_type next_ = 0;
  bool has_run_ = false;
  std::vector<std::string> decoded_;
};

struct postgres_connection::parts {
  explicit parts(const connecting& how) : raw{connect(how)}, direct{*raw} {}

  std::unique_ptr<raw_connection> raw;
  pqxx::nontransaction direct; // begin and commit are ours
  // The keys view string literals of the repositories.
  std::unordered_map<std::string_view, std::unique_ptr<postgres_statement>> by_text;
};

bool postgres_statement::step() {
  if (!has_run_) {
    auto& direct = owner_.parts_->direct;
    auto list = parameters_.all();
    result_ = owner_.guarded([&] { return direct.exec_prepared(name_, pqxx::prepare::make_dynamic_params(list)); });
    owner_.changed_ = static_cast<std::int64_t>(result_.affected_rows());
    has_run_ = true;
    next_ = 0;
    decoded_.clear();
    decoded_.resize(result_.columns());
  }
  if (next_ >= result_.size())
    return false;
  row_ = result_[next_++];
  return true;
}

std::int64_t postgres_statement::integer_at(int column) {
  auto from = field(column);
  if (from.is_null())
    return 0;
  std::string_view text{from.c_str(), from.size()};
  if (text == "t" || text == "f")
    return text == "t" ? 1 : 0;
  std::int64_t value = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size())
    throw driver_error{failure::fatal, "a column that was read as a number holds none"};
  return value;
}

std::string_view postgres_statement::text_at(int column) {
  auto from = field(column);
  if (result_.column_type(static_cast<pqxx::row_size_type>(column)) != bytes_type)
    return {from.c_str(), from.size()}; // the result holds it
  if (from.is_null())
    return {};
  return decoded_[static_cast<std::size_t>(column)] = bytes_of_hex({from.c_str(), from.size()});
}

postgres_connection::postgres_connection(const connecting& how, const connection_limits& limits,
                                         std::shared_ptr<watchdog> guard)
    : parts_{std::make_unique<parts>(how)}, limits_{limits}, guard_{std::move(guard)} {
  set_limits(limits);
}

postgres_connection::~postgres_connection() = default;

void postgres_connection::set_limits(const connection_limits& limits) {
  limits_ = limits;
  execute(script_of(limits));
}

int postgres_connection::socket() const {
  return parts_->raw->sock();
}

int postgres_connection::backend() const {
  return parts_->raw->backendpid();
}

clock::time_point postgres_connection::limit() const {
  auto of_statement = clock::now() + limits_.statement;
  return std::min(of_statement, transaction_end_.value_or(deadline_.value_or(of_statement))) + grace;
}

pqxx::result postgres_connection::guarded(const std::function<pqxx::result()>& call) {
  if (is_lost_ || socket() < 0)
    throw driver_error{failure::io, "the connection to the database is lost"};
  watchdog::watch watch{*guard_, socket(), limit()};
  try {
    return call();
  } catch (const std::exception& error) {
    is_lost_ = watch.has_bitten() || !parts_->raw->is_open();
    if (watch.has_bitten())
      throw driver_error{deadline_ ? failure::interrupted : failure::io, "the database did not answer in time"};
    throw to_driver_error(error, !is_lost_);
  }
}

pqxx::result postgres_connection::execute(const std::string& script) {
  return guarded([&] { return parts_->direct.exec(script); });
}

statement& postgres_connection::prepare(std::string_view text) {
  auto& slot = parts_->by_text[text];
  if (!slot) {
    auto name = "s" + std::to_string(parts_->by_text.size());
    parts_->raw->prepare(name, std::string{text});
    slot = std::make_unique<postgres_statement>(*this, std::move(name));
  }
  if (slot->is_in_use())
    throw driver_error{failure::fatal, "a statement was started again before its rows were read"};
  return *slot;
}

void postgres_connection::begin(const std::string& script) {
  is_open_ = true; // perhaps, if this fails
  execute(script);
}

void postgres_connection::begin_write() {
  transaction_end_ = clock::now() + limits_.transaction;
  begin("BEGIN");
}

/// The row of a batch is its transaction's first change. Whoever inserts the same id has to wait for the transaction to
/// end, so that its outcome is known without asking who else works on what.
void postgres_connection::begin_batch(const uuid& id) {
  transaction_end_ = clock::now() + limits_.transaction;
  auto script = "BEGIN; INSERT INTO batches (id) VALUES (" + quoted(id) + ")";
  if (batches_++ % batches_between_prunings == 0)
    script += "; DELETE FROM batches WHERE id < " + quoted(oldest_kept(id));
  begin(script);
}

bool postgres_connection::took_place(const uuid& id) {
  auto inserted = execute("INSERT INTO batches (id) VALUES (" + quoted(id) + ") ON CONFLICT DO NOTHING");
  return inserted.affected_rows() == 0;
}

bool postgres_connection::is_alive() noexcept {
  if (is_lost_ || socket() < 0)
    return false;
  // A server that ends a connection says so, or closes it; a living one says nothing that was not asked for.
  pollfd state{socket(), POLLIN, 0};
  return ::poll(&state, 1, 0) == 0;
}

void postgres_connection::begin_read() {
  begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void postgres_connection::end() {
  is_open_ = false;
  transaction_end_.reset();
}

void postgres_connection::commit() {
  auto is_write = transaction_end_.has_value();
  if (is_write && clock::now() > *transaction_end_)
    throw driver_error{failure::io, "the database did not answer in time"}; // so far nothing is committed
  try {
    // In a transaction that has failed COMMIT alone would roll back and report no error; SELECT is refused there.
    execute("SELECT 1; COMMIT");
    end();
  } catch (const driver_error& error) {
    if (is_write && (is_lost_ || error.kind() == failure::io))
      throw driver_error{failure::in_doubt, error.what()};
    throw;
  }
}

bool postgres_connection::roll_back() noexcept {
  try {
    if (is_open_ && !is_lost_) {
      deadline_.reset();
      transaction_end_ = clock::now() + grace;
      execute("ROLLBACK");
    }
    end();
    return !is_lost_;
  } catch (const driver_error&) {
    is_lost_ = true;
    return false;
  }
}

void postgres_connection::set_savepoint() {
  execute("SAVEPOINT operation");
}

void postgres_connection::release_savepoint() {
  execute("RELEASE SAVEPOINT operation");
}

void postgres_connection::roll_back_to_savepoint() {
  execute("ROLLBACK TO SAVEPOINT operation; RELEASE SAVEPOINT operation");
}

void postgres_connection::set_deadline(std::optional<clock::time_point> deadline) {
  deadline_ = deadline;
}

} // namespace callboard::sql
