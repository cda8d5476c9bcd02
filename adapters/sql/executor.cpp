#include "adapters/sql/executor.hpp"

#include <algorithm>

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
#include "adapters/sql/user_deletion.hpp"
#include "adapters/sql/users.hpp"

namespace callboard::sql {
namespace {

/// These check all they must before they write, so a refusal leaves nothing to take back. They are most of the load.
template <class Operation>
constexpr bool needs_savepoint = !std::is_same_v<Operation, append_events> && !std::is_same_v<Operation, mark_read> &&
                                 !std::is_same_v<Operation, trim_outbox>;

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

bool is_usable_after(failure kind) {
  return kind == failure::busy || kind == failure::constraint || kind == failure::full || kind == failure::interrupted;
}

} // namespace

caf::error to_error(const driver_error& error) {
  switch (error.kind()) {
  case failure::full:
    return make_failure(errc::storage_full, "The disk of the store is full.");
  case failure::busy:
    return make_failure(errc::unavailable, "The store is locked by another process.");
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

write_executor::write_executor(connection_factory connect, store_settings settings)
    : connect_{std::move(connect)}, settings_{std::move(settings)} {}

caf::expected<write_answers> write_executor::execute(const write_batch& batch) {
  auto give_up = [this](bool keep_connection) {
    if (db_ && (!db_->roll_back() || !keep_connection))
      db_.reset();
  };
  try {
    if (!db_)
      db_ = connect_();
    write_answers answers;
    answers.answers.reserve(batch.operations.size());
    db_->begin_write();
    run_all(*db_, batch, answers);
    db_->commit();
    return answers;
  } catch (const driver_error& error) {
    give_up(is_usable_after(error.kind()));
    return to_error(error);
  } catch (const std::exception& error) {
    give_up(false);
    return make_failure(errc::internal, error.what());
  }
}

void write_executor::run_all(connection& db, const write_batch& batch, write_answers& answers) {
  work unit{db, settings_, ids_, settings_.clock(), {}, {}};
  for (auto& operation : batch.operations)
    answers.answers.push_back(std::visit([&unit](auto& op) { return run_operation(unit, op); }, operation));
  flush_outbox(unit);
  for (auto& row : unit.outbox)
    if (std::find(answers.touched.begin(), answers.touched.end(), row.partition) == answers.touched.end())
      answers.touched.push_back(row.partition);
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
CALLBOARD_QUERY(get_user)
CALLBOARD_QUERY(search_users)
CALLBOARD_QUERY(resolve_names)
CALLBOARD_QUERY(get_session)
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
CALLBOARD_QUERY(list_mail)
CALLBOARD_QUERY(get_store_status)
CALLBOARD_QUERY(list_signing_keys)
#undef CALLBOARD_QUERY

} // namespace callboard::sql
