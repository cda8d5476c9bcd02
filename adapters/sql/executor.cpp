#include "adapters/sql/executor.hpp"

#include <algorithm>
#include <thread>

#include "adapters/sql/account_tokens.hpp"
#include "adapters/sql/analytics.hpp"
#include "adapters/sql/append_runs.hpp"
#include "adapters/sql/append_together.hpp"
#include "adapters/sql/audit.hpp"
#include "adapters/sql/dead_events.hpp"
#include "adapters/sql/mail.hpp"
#include "adapters/sql/members.hpp"
#include "adapters/sql/outbox.hpp"
#include "adapters/sql/partitions.hpp"
#include "adapters/sql/personal.hpp"
#include "adapters/sql/reminders.hpp"
#include "adapters/sql/room_events.hpp"
#include "adapters/sql/rooms.hpp"
#include "adapters/sql/sessions.hpp"
#include "adapters/sql/signing_keys.hpp"
#include "adapters/sql/user_access.hpp"
#include "adapters/sql/user_deletion.hpp"
#include "adapters/sql/users.hpp"

namespace callboard::sql {
namespace {

/// These check all they must before they write, so a refusal leaves nothing to take back. They are much of the load.
template <class Operation>
constexpr bool needs_savepoint = !std::is_same_v<Operation, mark_read> && !std::is_same_v<Operation, trim_outbox> &&
                                 !std::is_same_v<Operation, count_events>;

template <class Operation>
write_answer answer_of(work& unit, const Operation& op) {
  return write_answer{std::in_place_type<typename Operation::result>, apply(unit, op)};
}

template <class Operation>
write_answer answer_in_savepoint(work& unit, const Operation& op) {
  auto emitted = unit.outbox.size();
  auto take_back = [&] {
    unit.db.roll_back_to_savepoint();
    unit.outbox.resize(emitted);
    unit.partitions.clear();
  };
  unit.db.set_savepoint();
  try {
    auto answer = answer_of(unit, op);
    unit.db.release_savepoint();
    return answer;
  } catch (const refusal& refused) {
    take_back();
    return refused.error;
  } catch (const driver_error& error) {
    if (error.kind() != failure::constraint)
      throw;
    take_back();
    return to_error(error);
  }
}

template <class Operation>
write_answer run_operation(work& unit, const Operation& op) {
  if constexpr (requires { op.trace; })
    unit.trace = op.trace;
  else
    unit.trace = {};
  try {
    if constexpr (requires { op.guard; })
      check_fence(unit, op.guard);
    if constexpr (needs_savepoint<Operation>)
      return answer_in_savepoint(unit, op);
    else
      return answer_of(unit, op);
  } catch (const refusal& refused) {
    return refused.error;
  }
}

write_answer run_operation(work&, const append_events&) {
  throw driver_error{failure::fatal, "an append goes by append_together"};
}

bool is_usable_after(failure kind) {
  return kind == failure::busy || kind == failure::retry || kind == failure::constraint || kind == failure::full ||
         kind == failure::interrupted;
}

// How often a batch is run that others keep getting in the way of.
constexpr int most_tries = 5;
// Between two questions whether a commit took place.
constexpr std::chrono::milliseconds settle_interval{50};

} // namespace

caf::error to_error(const driver_error& error) {
  switch (error.kind()) {
  case failure::full:
    return make_failure(errc::storage_full, "The disk of the store is full.");
  case failure::busy:
  case failure::retry:
    return make_failure(errc::unavailable, "The store is locked by another process.");
  case failure::in_doubt:
    return make_failure(errc::unavailable,
                        std::string{"Whether this was stored could not be found out: "} + error.what());
  case failure::interrupted:
    return make_failure(errc::timeout, "The store did not answer in time.");
  case failure::constraint:
    return make_failure(errc::conflict, "It conflicts with what is there.");
  case failure::io:
  case failure::corrupt:
    return make_failure(errc::unavailable, std::string{"The store cannot be read or written: "} + error.what());
  case failure::fatal:
    break;
  }
  return make_failure(errc::internal, std::string{"The store refused a statement: "} + error.what());
}

write_executor::write_executor(connection_factory connect, store_settings settings, write_options options)
    : connect_{std::move(connect)}, settings_{std::move(settings)}, options_{std::move(options)} {}

caf::expected<write_answers> write_executor::execute(const write_batch& batch) {
  auto give_up = [this](bool keep_connection) {
    if (db_ && (!db_->roll_back() || !keep_connection))
      db_.reset();
  };
  for (int tries = 1;; ++tries) {
    try {
      return attempt(batch);
    } catch (const driver_error& error) {
      give_up(is_usable_after(error.kind()));
      if (error.kind() != failure::retry || tries == most_tries)
        return to_error(error);
    } catch (const std::exception& error) {
      give_up(false);
      return make_failure(errc::internal, error.what());
    }
  }
}

write_answers write_executor::attempt(const write_batch& batch) {
  if (options_.may_write && !options_.may_write())
    throw driver_error{failure::busy, "another server may be writing"};
  if (in_doubt_)
    settle(std::chrono::milliseconds{0});
  if (db_ && !db_->is_alive())
    db_.reset();
  if (!db_)
    db_ = connect_();
  write_answers answers;
  auto id = ids_.next(settings_.clock());
  db_->begin_batch(id);
  run_all(*db_, batch, answers);
  try {
    db_->commit();
  } catch (const driver_error& error) {
    if (error.kind() != failure::in_doubt)
      throw;
    in_doubt_ = id;
    if (!settle(options_.settle_deadline))
      throw driver_error{failure::io, error.what()};
  }
  return answers;
}

/// Whether the batch in doubt was committed. Throws `failure::in_doubt` if that cannot be found out within `patience`.
bool write_executor::settle(std::chrono::milliseconds patience) {
  auto limit = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      db_.reset(); // the connection that lost the answer, or could not ask for it
      db_ = connect_();
      auto took_place = db_->took_place(*in_doubt_);
      in_doubt_.reset();
      return took_place;
    } catch (const driver_error& error) {
      if (std::chrono::steady_clock::now() >= limit)
        throw driver_error{failure::in_doubt, error.what()};
    }
    std::this_thread::sleep_for(settle_interval);
  }
}

void write_executor::run_all(connection& db, const write_batch& batch, write_answers& answers) {
  work unit{db, settings_, ids_, settings_.clock(), options_.counting.get(), {}, {}};
  auto& operations = batch.operations;
  if (options_.lock_partitions)
    options_.lock_partitions(unit, batch);
  answers.answers.resize(operations.size());
  std::vector<bool> is_done(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (is_done[i])
      continue;
    if (std::holds_alternative<append_events>(operations[i]))
      append(unit, batch, i, answers, is_done);
    else
      answers.answers[i] = std::visit([&unit](auto& op) { return run_operation(unit, op); }, operations[i]);
  }
  if (!unit.outbox.empty())
    options_.flush_outbox(unit);
  for (auto& row : unit.outbox)
    if (std::find(answers.touched.begin(), answers.touched.end(), row.partition) == answers.touched.end())
      answers.touched.push_back(row.partition);
}

/// Runs the appends from here on that may go together.
void write_executor::append(work& unit, const write_batch& batch, std::size_t first, write_answers& answers,
                            std::vector<bool>& is_done) {
  auto run = append_run(batch.operations, first);
  std::vector<const append_events*> appends;
  appends.reserve(run.size());
  for (auto i : run)
    appends.push_back(&std::get<append_events>(batch.operations[i]));
  auto forms = options_.make_append_forms();
  auto results = append_together(unit, appends, *forms);
  for (std::size_t i = 0; i < run.size(); ++i) {
    answers.answers[run[i]] = std::move(results[i]);
    is_done[run[i]] = true;
  }
}

query_executor::query_executor(connection_factory connect, store_settings settings, std::chrono::milliseconds deadline)
    : connect_{std::move(connect)}, settings_{std::move(settings)}, deadline_{deadline} {}

template <class Query>
caf::expected<typename Query::result> query_executor::ask(const Query& question) {
  auto give_up = [this](bool keep_connection) {
    if (!db_)
      return;
    db_->set_deadline(std::nullopt);
    if (!db_->roll_back() || !keep_connection)
      db_.reset();
  };
  try {
    if (db_ && !db_->is_alive())
      db_.reset();
    if (!db_)
      db_ = connect_();
    db_->set_deadline(std::chrono::steady_clock::now() + deadline_);
    db_->begin_read();
    reading from{*db_, settings_};
    auto result = answer(from, question);
    db_->set_deadline(std::nullopt);
    db_->commit();
    return result;
  } catch (const refusal& refused) {
    give_up(true);
    return refused.error;
  } catch (const driver_error& error) {
    give_up(is_usable_after(error.kind()));
    return to_error(error);
  } catch (const std::exception& error) {
    give_up(false);
    return make_failure(errc::internal, error.what());
  }
}

#define CALLBOARD_QUERY(type) template caf::expected<type::result> query_executor::ask<type>(const type&);
CALLBOARD_QUERY(find_credentials)
CALLBOARD_QUERY(find_account_token)
CALLBOARD_QUERY(get_user)
CALLBOARD_QUERY(search_users)
CALLBOARD_QUERY(list_accounts)
CALLBOARD_QUERY(get_account)
CALLBOARD_QUERY(list_audit)
CALLBOARD_QUERY(resolve_names)
CALLBOARD_QUERY(get_session)
CALLBOARD_QUERY(get_attachment)
CALLBOARD_QUERY(list_sessions)
CALLBOARD_QUERY(sessions_ended_since)
CALLBOARD_QUERY(load_room)
CALLBOARD_QUERY(list_rooms)
CALLBOARD_QUERY(list_members)
CALLBOARD_QUERY(read_events)
CALLBOARD_QUERY(read_personal)
CALLBOARD_QUERY(get_reminder)
CALLBOARD_QUERY(list_reminders)
CALLBOARD_QUERY(due_reminders)
CALLBOARD_QUERY(read_outbox)
CALLBOARD_QUERY(list_dead_events)
CALLBOARD_QUERY(get_log_positions)
CALLBOARD_QUERY(get_analytics)
CALLBOARD_QUERY(list_mail)
CALLBOARD_QUERY(get_store_status)
CALLBOARD_QUERY(get_outbox_growth)
CALLBOARD_QUERY(list_signing_keys)
#undef CALLBOARD_QUERY

} // namespace callboard::sql
