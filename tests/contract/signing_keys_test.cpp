#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

add_signing_key key_after(contract::store_fixture& store, const std::string& after, const std::string& id,
                          timestamp from) {
  add_signing_key form;
  form.key = {id, "ES256", "wrapped " + id, store.now, from, {}, {}};
  form.after = after;
  form.detail = "to key " + id;
  form.now = store.now;
  return form;
}

std::vector<std::string> ids(contract::store_fixture& store) {
  std::vector<std::string> result;
  for (auto& key : store.ask(list_signing_keys{}))
    result.push_back(key.id);
  return result;
}

signing_key_record find(contract::store_fixture& store, const std::string& id) {
  for (auto& key : store.ask(list_signing_keys{}))
    if (key.id == id)
      return key;
  FAIL("there is no key " << id);
  return {};
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

using list = std::vector<std::string>;

} // namespace

CONTRACT_CASE("a signing key is added after the one that was the last, with its audit entry") {
  CHECK(ids(store).empty());
  store.perform(key_after(store, "", "z", store.now));
  CHECK(times(store.dump(), "crypt_key_created") == 1);
  store.perform(key_after(store, "z", "a", store.now + 10min));
  CHECK(ids(store) == list{"z", "a"}); // in the order in which they sign
  CHECK(times(store.dump(), "crypt_key_rotated") == 1);
  auto last = find(store, "a");
  CHECK(last.algorithm == "ES256");
  CHECK(last.wrapped == "wrapped a");
  CHECK(last.created_at == store.now);
  CHECK(last.signs_from == store.now + 10min);
  CHECK(last.used_until == timestamp{});
}

CONTRACT_CASE("of two who add a signing key at once one is refused, and leaves nothing behind") {
  store.perform(key_after(store, "", "a", store.now));
  CHECK(store.refused(key_after(store, "", "b", store.now + 1s)) == errc::conflict); // both found none
  store.perform(key_after(store, "a", "b", store.now + 1s));
  CHECK(store.refused(key_after(store, "a", "c", store.now + 2s)) == errc::conflict); // both found `a`
  CHECK(store.refused(key_after(store, "b", "a", store.now + 2s)) == errc::conflict); // the id is taken
  CHECK(store.refused(key_after(store, "b", "c", store.now + 1s)) == errc::conflict); // which of them would sign?
  CHECK(ids(store) == list{"a", "b"});
  CHECK(times(store.dump(), "crypt_key_") == 2);
}

CONTRACT_CASE("signing keys are bounded") {
  store.perform(key_after(store, "", "a", store.now));
  auto second = key_after(store, "a", "b", store.now + 1s);
  second.max_keys = 1;
  CHECK(store.refused(second) == errc::limit_exceeded);
  second.max_keys = 2;
  store.perform(second);
}

CONTRACT_CASE("every signing key can be retired but the one that signs") {
  auto retire = [&](const std::string& id) {
    retire_signing_key form;
    form.id = id;
    form.detail = "key " + id;
    form.now = store.now;
    return form;
  };
  store.perform(key_after(store, "", "a", store.now));
  CHECK(store.refused(retire("a")) == errc::conflict);
  store.perform(key_after(store, "a", "b", store.now + 1min));
  CHECK(store.refused(retire("a")) == errc::conflict); // `b` does not sign yet
  CHECK(store.refused(retire("x")) == errc::not_found);
  CHECK(times(store.dump(), "crypt_key_retired") == 0);
  store.perform(retire("b"));
  CHECK(ids(store) == list{"a"});
  store.perform(key_after(store, "a", "c", store.now + 1min));
  store.now += 1min;
  CHECK(store.refused(retire("c")) == errc::conflict);
  store.perform(retire("a"));
  CHECK(ids(store) == list{"c"});
  CHECK(times(store.dump(), "crypt_key_retired") == 2);
}

CONTRACT_CASE("by a clock that is behind, the first signing key signs and the others can be retired") {
  store.perform(key_after(store, "", "a", store.now + 1min)); // by the clock of who made it
  store.perform(key_after(store, "a", "b", store.now + 2min));
  retire_signing_key form;
  form.now = store.now;
  form.id = "a";
  CHECK(store.refused(form) == errc::conflict);
  form.id = "b";
  store.perform(form);
  CHECK(ids(store) == list{"a"});
}

CONTRACT_CASE("how long tokens live is noted with the keys that sign them, and never lowered") {
  store.perform(key_after(store, "", "a", store.now));
  store.perform(note_token_life{15min, store.now});
  store.perform(note_token_life{5min, store.now});
  CHECK(find(store, "a").token_life == 15min);
  store.perform(key_after(store, "a", "b", store.now + 10min));
  CHECK(find(store, "b").token_life == 15min); // taken over
  store.perform(note_token_life{30min, store.now});
  CHECK(find(store, "a").token_life == 30min);
  CHECK(find(store, "b").token_life == 30min);
  store.now += 10min;
  store.perform(note_token_life{60min, store.now});
  CHECK(find(store, "a").token_life == 30min); // signs no more
  CHECK(find(store, "b").token_life == 60min);
}

CONTRACT_CASE("the end of a token made by hand is noted with its key, and never lowered") {
  store.perform(key_after(store, "", "a", store.now));
  store.perform(note_token_end{"a", store.now + 72h});
  store.perform(note_token_end{"a", store.now + 1h});
  CHECK(find(store, "a").used_until == store.now + 72h);
  CHECK(store.refused(note_token_end{"b", store.now}) == errc::not_found);
}
