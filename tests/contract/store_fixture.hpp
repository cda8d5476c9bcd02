#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "adapters/sql/executor.hpp"

namespace callboard::contract {

/// A store to test, fresh and empty, whatever database it stands on. `now` is the time it writes.
class store_fixture {
public:
  virtual ~store_fixture() = default;

  timestamp now{std::chrono::milliseconds{1'800'000'000'000}};
  std::vector<epoch_number> epochs; // of all partitions, as this node claimed them

  virtual sql::write_executor& writer() = 0;
  virtual sql::query_executor& reader() = 0;
  virtual partition_id partition_of(const std::string& key) const = 0;
  /// All values of all rows of all tables, one a line, those of a table after the line `table NAME`.
  virtual std::string dump() = 0;
  /// A second connection that writes, as another node has.
  virtual std::unique_ptr<sql::write_executor> another_writer() = 0;
  /// Whether the database itself refuses a statement.
  virtual bool execute_is_refused(const std::string& statement) = 0;

  template <class Operation>
  caf::expected<typename Operation::result> attempt(Operation operation) {
    write_batch batch;
    batch.operations.emplace_back(std::move(operation));
    auto answers = writer().execute(batch);
    if (!answers)
      return answers.error();
    if (auto* error = std::get_if<caf::error>(&answers->answers.at(0)))
      return *error;
    return std::get<typename Operation::result>(answers->answers.at(0));
  }

  /// Runs what must succeed.
  template <class Operation>
  typename Operation::result perform(Operation operation) {
    auto result = attempt(std::move(operation));
    if (!result)
      FAIL("refused: " << to_string(code_of(result.error())) << ", " << context_of(result.error()).detail);
    return std::move(*result);
  }

  /// Runs what must be refused.
  template <class Operation>
  errc refused(Operation operation) {
    auto result = attempt(std::move(operation));
    return result ? errc::none : code_of(result.error());
  }

  template <class Query>
  typename Query::result ask(Query question) {
    auto result = reader().ask(question);
    if (!result)
      FAIL("refused: " << to_string(code_of(result.error())) << ", " << context_of(result.error()).detail);
    return std::move(*result);
  }

  template <class Query>
  errc refused_query(Query question) {
    auto result = reader().ask(question);
    return result ? errc::none : code_of(result.error());
  }

  void claim_all(unsigned partitions = 64);
  template <class Id>
  fence guard_of(Id id) const {
    auto partition = partition_of(to_string(id));
    return {partition, epochs.at(number_of(partition))};
  }

  user_id add_user(const std::string& username, role as = role::user);
  create_room room_of(user_id creator, const std::vector<user_id>& members, room_kind kind = room_kind::group);
  room_id add_room(user_id creator, const std::vector<user_id>& members = {}, room_kind kind = room_kind::group);
  append_events message(room_id room, user_id actor, const std::string& text, const std::string& key = "");
  stream_offset say(room_id room, user_id actor, const std::string& text, const std::string& key = "");
  /// A session that idles for an hour and lives for a day.
  open_session session_for(user_id user, std::uint8_t number);
  reminder_record add_reminder(user_id owner, const std::string& text, timestamp at);
  /// All outbox rows of an aggregate's partition with this key and type.
  std::vector<domain_event> events_of(const std::string& key, const std::string& type);
};

/// A kind of store, and how to make one that is empty.
struct implementation {
  std::string name;
  std::function<std::unique_ptr<store_fixture>()> make;
};
const std::vector<implementation>& implementations();

uuid numbered_uuid(std::uint8_t number);

/// A test case that runs once over every implementation; `store` is a fresh one.
#define CONTRACT_CASE(title) CONTRACT_CASE_(DOCTEST_ANONYMOUS(contract_case_), title)
#define CONTRACT_CASE_(function, title)                                                                                \
  static void function(callboard::contract::store_fixture& store);                                                     \
  TEST_CASE(title) {                                                                                                   \
    for (auto& kind : callboard::contract::implementations()) {                                                        \
      CAPTURE(kind.name);                                                                                              \
      auto store = kind.make();                                                                                        \
      store->claim_all();                                                                                              \
      function(*store);                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
  static void function([[maybe_unused]] callboard::contract::store_fixture& store)

} // namespace callboard::contract
