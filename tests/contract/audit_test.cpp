#include <boost/json/parse.hpp>

#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

write_audit entry(timestamp at, std::string type, user_id actor = {}, user_id subject = {}) {
  return {std::move(type), actor, subject, {}, "198.51.100.1", at};
}

std::vector<std::string> types(const page<audit_entry>& found) {
  std::vector<std::string> result;
  for (auto& each : found.items)
    result.push_back(each.type);
  return result;
}

} // namespace

CONTRACT_CASE("the audit log is read the latest first, page by page, and filtered by user, type and time") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  store.perform(entry(store.now, "one", alice));
  store.perform(entry(store.now + 1s, "two", alice, bob));
  store.perform(entry(store.now + 1s, "three", bob, bob));
  store.perform(entry(store.now + 3s, "one"));
  CHECK(types(store.ask(list_audit{})) == std::vector<std::string>{"one", "three", "two", "one"});
  list_audit pages;
  pages.limit = 1;
  std::vector<std::string> seen;
  do {
    auto found = store.ask(pages);
    seen.push_back(found.items.at(0).type);
    pages.cursor = found.next;
  } while (!pages.cursor.empty());
  CHECK(seen == std::vector<std::string>{"one", "three", "two", "one"});
  list_audit question;
  question.user = bob;
  CHECK(types(store.ask(question)) == std::vector<std::string>{"three", "two"}); // by them or about them, once
  question.type = "two";
  CHECK(types(store.ask(question)) == std::vector<std::string>{"two"});
  question = {};
  question.type = "one";
  CHECK(store.ask(question).items.size() == 2);
  question.from = store.now + 1s;
  CHECK(store.ask(question).items.size() == 1);
  question = {};
  question.to = store.now + 1s;
  CHECK(types(store.ask(question)) == std::vector<std::string>{"three", "two", "one"});
  auto two = store.ask(question).items.at(1);
  CHECK(two.actor == alice);
  CHECK(two.actor_name == "alice");
  CHECK(two.subject_name == "bob");
  CHECK(two.address == "198.51.100.1");
  CHECK(store.refused_query(list_audit{{}, "", caf::none, caf::none, 5, "1"}) == errc::bad_request);
}

CONTRACT_CASE("what an entry says is a JSON object that no text can forge, and bounded") {
  auto write = entry(store.now, "authn_login_fail");
  std::string evil = "x\",\"reason\":\"none\n\x1b[31m";
  std::string cyrillic;
  for (int i = 0; i < 200; ++i)
    cyrillic += "ж";
  write.fields = {{"reason", evil}, {"long", cyrillic}};
  for (int i = 0; i < 30; ++i)
    write.fields.push_back({"field_" + std::string(static_cast<std::size_t>(i) + 1, 'x'), "1"});
  store.perform(write);
  auto detail = boost::json::parse(store.ask(list_audit{}).items.at(0).detail).as_object();
  CHECK(detail.at("reason").as_string() == evil.c_str());
  CHECK(detail.at("long").as_string() == cyrillic.substr(0, 200).c_str());
  CHECK(detail.size() == 16);
}

CONTRACT_CASE("entries stay as they are; only those older than what is kept go") {
  auto alice = store.add_user("alice");
  store.perform(entry(store.now, "old", alice));
  store.now += 24h * 399;
  store.perform(entry(store.now, "later"));
  CHECK(store.ask(list_audit{}).items.size() == 2);
  CHECK(store.execute_is_refused("UPDATE audit_entries SET type = 'other'"));
  CHECK(types(store.ask(list_audit{})) == std::vector<std::string>{"later", "old"});
  store.now += 24h * 2;
  store.perform(entry(store.now, "latest"));
  CHECK(types(store.ask(list_audit{})) == std::vector<std::string>{"latest", "later"});
  CHECK(store.dump().find("table audit_addresses") != std::string::npos);
}
