#include "actors/notifier.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct notifier_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<mailer_actor> mailer{*this};
  notifier_config config;
  notifier_actor notifier;

  void begin() {
    config.wall_clock = [] { return timestamp{1h}; };
    notifier = start(callboard::notifier, config, store.handle(), mailer.handle());
  }
  pending<done> notify() { return ask<done>(notifier, notify_by_mail{user_id{1}, "subject", "body"}); }
  void found(std::string email) {
    user_view user;
    user.email = std::move(email);
    store.answer<get_user>(user);
  }
};

} // namespace

TEST_CASE_FIXTURE(notifier_fixture, "a mail goes to the user's address") {
  begin();
  auto sent = notify();
  found("a@b.c");
  CHECK(mailer->last<mail_message>().to == "a@b.c");
  CHECK(mailer->last<mail_message>().subject == "subject");
  CHECK_FALSE(sent.arrived());
  mailer.answer<mail_message>(done{});
  CHECK(sent.arrived());
}

TEST_CASE_FIXTURE(notifier_fixture, "a user without an address cannot be told") {
  begin();
  auto sent = notify();
  found("");
  CHECK(sent.failure() == errc::not_available);
}

TEST_CASE_FIXTURE(notifier_fixture, "a mailer that is busy is tried again, so many times") {
  begin();
  auto sent = notify();
  found("a@b.c");
  for (unsigned tries = 1; tries <= config.tries; ++tries) {
    REQUIRE(mailer->count<mail_message>() == tries);
    CHECK_FALSE(sent.arrived());
    mailer.fail<mail_message>(errc::unavailable);
    advance(config.longest_retry, 500ms);
  }
  CHECK(sent.failure() == errc::unavailable);
  CHECK(mailer->count<mail_message>() == config.tries);
}

TEST_CASE_FIXTURE(notifier_fixture, "a refusal for good is not tried again") {
  begin();
  auto sent = notify();
  found("a@b.c");
  mailer.fail<mail_message>(errc::bad_request);
  CHECK(sent.failure() == errc::bad_request);
}

TEST_CASE_FIXTURE(notifier_fixture, "past the bound it refuses, and takes again what there is room for") {
  config.max_under_way = 2;
  begin();
  auto first = notify();
  notify();
  CHECK(notify().failure() == errc::overloaded);
  store.fail<get_user>(errc::not_found);
  CHECK(first.failure() == errc::not_found);
  CHECK_FALSE(notify().arrived());
}
