#include "actors/notifier.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct notifier_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<mailer_actor> mailer{*this};
  fake<log_writer_actor> writer{*this};
  notifier_config config;
  notifier_actor notifier;

  void begin() {
    config.wall_clock = [] { return timestamp{1h}; };
    notifier = start(callboard::notifier, config, store.handle(), mailer.handle(), writer.handle());
    writer->on<tell_notification, done>([](tell_notification&) -> caf::expected<done> { return done{}; });
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

TEST_CASE_FIXTURE(notifier_fixture, "a mail that names its address goes there, whatever the profile says by then") {
  begin();
  ask<done>(notifier, notify_by_mail{user_id{1}, "subject", "body", "old@b.c"});
  found("new@b.c");
  CHECK(mailer->last<mail_message>().to == "old@b.c");
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

TEST_CASE_FIXTURE(notifier_fixture, "the log is told how each notification ended, and then who asked for it") {
  begin();
  writer->on<tell_notification, done>(nullptr);
  auto sent = notify();
  found("a@b.c");
  mailer.answer<mail_message>(done{});
  CHECK_FALSE(sent.arrived());
  CHECK(writer->last<tell_notification>().user == user_id{1});
  CHECK(writer->last<tell_notification>().channel == "email");
  CHECK(writer->last<tell_notification>().sent);
  writer.answer<tell_notification>(done{});
  CHECK(sent.arrived());
  auto failed = notify();
  found("a@b.c");
  mailer.fail<mail_message>(errc::bad_request);
  CHECK_FALSE(writer->last<tell_notification>().sent);
  CHECK(writer->last<tell_notification>().reason == "bad_request");
  writer.fail<tell_notification>(errc::unavailable); // changes nothing
  CHECK(failed.failure() == errc::bad_request);
  notify();
  found("");
  CHECK(writer->count<tell_notification>() == 2); // nothing was tried
}
