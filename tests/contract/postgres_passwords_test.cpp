#include <atomic>
#include <thread>

#include "tests/contract/postgres_fixture.hpp"

using namespace callboard;
using namespace callboard::contract;
using namespace callboard::sql;
using namespace std::chrono_literals;

// What several nodes do to one account at once.

namespace {

constexpr timestamp noon{1'800'000'000'000ms};
constexpr int rounds = 20;

std::unique_ptr<store_session> session_on(const std::string& url) {
  auto opened = open_session_store(options_for(url));
  REQUIRE(std::holds_alternative<std::unique_ptr<store_session>>(opened));
  return std::move(std::get<std::unique_ptr<store_session>>(opened));
}

user_id register_on(store_session& store, const std::string& name) {
  register_user form;
  form.username = name;
  form.email = name + "@example.com";
  form.password_hash = "old";
  auto made = store.execute(form);
  REQUIRE(made);
  return made->id;
}

open_session session_of(user_id user, std::uint8_t number) {
  open_session form;
  form.session = numbered_uuid(number);
  form.user = user;
  form.now = noon;
  form.idle_expires_at = form.absolute_expires_at = noon + 1h;
  form.max_sessions = 100;
  return form;
}

/// Runs `work` for each of the nodes at once.
void at_once(std::vector<std::unique_ptr<store_session>>& nodes, const std::function<void(store_session&, int)>& work) {
  std::atomic<int> waiting{static_cast<int>(nodes.size())};
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    all.emplace_back([&, i] {
      --waiting;
      while (waiting > 0)
        std::this_thread::yield();
      work(*nodes[i], static_cast<int>(i));
    });
  for (auto& each : all)
    each.join();
}

} // namespace

TEST_CASE("of resets by one token that come to several nodes at once one wins") {
  scratch_database database;
  std::vector<std::unique_ptr<store_session>> nodes;
  for (int i = 0; i < 4; ++i)
    nodes.push_back(session_on(database.url()));
  auto alice = register_on(*nodes[0], "alice");
  for (int round = 0; round < rounds; ++round) {
    auto hash = "token " + std::to_string(round);
    REQUIRE(nodes[0]->execute(
        keep_account_token{alice, "alice@example.com", token_purpose::reset_password, hash, noon, noon + 1h, 3, ""}));
    std::atomic<int> won{0}, refused{0};
    at_once(nodes, [&](store_session& node, int i) {
      auto outcome = node.execute(reset_password{alice, hash, "by " + std::to_string(i), "", noon});
      won += outcome ? 1 : 0;
      refused += !outcome && code_of(outcome.error()) == errc::invalid_token ? 1 : 0;
    });
    CHECK(won == 1);
    CHECK(refused == 3);
  }
  CHECK(nodes[0]->ask(find_credentials{"alice"})->password_version == rounds);
}

TEST_CASE("no session by the old password outlives its change on another node") {
  scratch_database database;
  std::vector<std::unique_ptr<store_session>> nodes;
  for (int i = 0; i < 2; ++i)
    nodes.push_back(session_on(database.url()));
  for (int round = 0; round < rounds; ++round) {
    auto user = register_on(*nodes[0], "user" + std::to_string(round));
    auto kept = session_of(user, static_cast<std::uint8_t>(2 * round + 1));
    auto late = session_of(user, static_cast<std::uint8_t>(2 * round + 2));
    late.password_version = 0u;
    REQUIRE(nodes[0]->execute(kept));
    at_once(nodes, [&](store_session& node, int i) {
      if (i == 0)
        CHECK(node.execute(change_password{user, 0, "new", kept.session, "", noon}));
      else if (auto opened = node.execute(late); !opened)
        CHECK(code_of(opened.error()) == errc::invalid_credentials);
    });
    auto live = nodes[0]->ask(list_sessions{user, noon});
    REQUIRE(live);
    REQUIRE(live->size() == 1);
    CHECK(live->front().id == kept.session);
  }
}

TEST_CASE("nodes that keep tokens of one user at once keep no more than there may be") {
  scratch_database database;
  std::vector<std::unique_ptr<store_session>> nodes;
  for (int i = 0; i < 5; ++i)
    nodes.push_back(session_on(database.url()));
  auto alice = register_on(*nodes[0], "alice");
  std::atomic<int> kept{0};
  at_once(nodes, [&](store_session& node, int i) {
    kept += node.execute(keep_account_token{alice, "alice@example.com", token_purpose::verify_email,
                                            "token " + std::to_string(i), noon, noon + 1h, 3, ""})
                ? 1
                : 0;
  });
  CHECK(kept == 3);
  CHECK(run_on(database.url(), "SELECT count(*) FROM account_tokens") == "3");
}
