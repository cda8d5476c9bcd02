#include "tests/contract/store_fixture.hpp"

using namespace callboard;

CONTRACT_CASE("caught mail is listed the latest first and bounded in number") {
  for (int i = 1; i <= 5; ++i) {
    keep_mail op;
    op.mail = {0, "someone@example.com", "subject " + std::to_string(i), "body", store.now};
    op.keep = 3;
    CHECK(store.perform(op) == i);
  }
  auto page = store.ask(list_mail{2, ""});
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].subject == "subject 5");
  CHECK(page.items[0].to == "someone@example.com");
  auto rest = store.ask(list_mail{2, page.next});
  REQUIRE(rest.items.size() == 1);
  CHECK(rest.items[0].id == 3);
  CHECK(rest.next.empty());
  CHECK(store.refused_query(list_mail{2, "junk"}) == errc::bad_request);
}
