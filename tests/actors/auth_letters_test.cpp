#include "tests/actors/auth_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct letters_fixture : auth_fixture {
  pending<done> forgot(std::string email, std::string languages = {}) {
    return ask<done>(auth, auth_forgot_password{std::move(email), {"10.0.0.1", "test", std::move(languages)}});
  }
  pending<done> resend() { return ask<done>(auth, auth_send_verification{caller(1), {"10.0.0.1", "test", {}}}); }
  pending<done> verify(std::string token) {
    return ask<done>(auth, auth_verify_email{std::move(token), {"10.0.0.1", "test", {}}});
  }
  /// What the store says of user1 from now on.
  void knows(std::string email, bool verified = false, bool disabled = false) {
    user_view view = user();
    view.email = std::move(email);
    view.email_verified = verified;
    store->on<get_user, user_view>([view](get_user&) -> caf::expected<user_view> { return view; });
    store->on<find_credentials, credentials>(
        [view, disabled](find_credentials& question) -> caf::expected<credentials> {
          if (question.login != view.email)
            return make_failure(errc::not_found);
          return credentials{view, "#right", disabled, 5};
        });
  }
};

} // namespace

TEST_CASE_FIXTURE(letters_fixture, "who forgot the password is mailed a link; only its hash is kept") {
  begin();
  knows("ann@example.com");
  CHECK(forgot("Ann@Example.com").arrived());
  auto& kept = writer->last<keep_account_token>();
  CHECK(kept.user == user_id{1});
  CHECK(kept.email == "ann@example.com");
  CHECK(kept.purpose == token_purpose::reset_password);
  CHECK(kept.hash == "#reset:secret1");
  CHECK(kept.expires_at == kept.now + config.one_time.reset_life);
  CHECK(kept.max_live == config.one_time.max_live);
  auto& mail = notifier->last<notify_by_mail>();
  CHECK(mail.to == "ann@example.com");
  CHECK(mail.body.find("\nhttps://chat.example.com/#/reset/secret1\n") != std::string::npos);
}

TEST_CASE_FIXTURE(letters_fixture, "the answer is there before anybody looks whether the address is known") {
  begin();
  store->on<find_credentials, credentials>(nullptr);
  auto answer = forgot("ann@example.com");
  CHECK(answer.arrived());
  CHECK(answer.failure() == errc::none);
  CHECK(store->count<find_credentials>() == 1); // still open
  store.fail<find_credentials>(errc::not_found);
  CHECK(notifier->count<notify_by_mail>() == 0);
}

TEST_CASE_FIXTURE(letters_fixture,
                  "nobody is mailed for an unknown address, a disabled account, or past a few letters") {
  begin();
  knows("ann@example.com", false, true);
  CHECK(forgot("ann@example.com").failure() == errc::none);
  CHECK(forgot("nobody@example.com").failure() == errc::none);
  CHECK(writer->count<keep_account_token>() == 0);
  knows("ann@example.com");
  letters_are_out = true;
  CHECK(forgot("ann@example.com").failure() == errc::none);
  CHECK(writer->count<keep_account_token>() == 1);
  CHECK(notifier->count<notify_by_mail>() == 0);
}

TEST_CASE_FIXTURE(letters_fixture, "what is no address is refused before it could be anybody's") {
  begin();
  for (auto text : {"", "user1", "a@b c", "@"}) {
    auto refused = forgot(text);
    CHECK(refused.failure() == errc::validation_failed);
    CHECK(refused.context().fields[0].pointer == "/email");
  }
  CHECK(store->count<find_credentials>() == 0);
}

TEST_CASE_FIXTURE(letters_fixture, "letters are asked for at a bounded rate, and so many are written at once") {
  config.max_letters = 2;
  config.passwords_per_minute = 5;
  begin();
  store->on<find_credentials, credentials>(nullptr);
  CHECK(forgot("a@example.com").failure() == errc::none);
  CHECK(forgot("b@example.com").failure() == errc::none);
  CHECK(forgot("c@example.com").failure() == errc::overloaded);
  store.fail<find_credentials>(errc::unavailable);
  CHECK(forgot("c@example.com").failure() == errc::none);
  too_often = true;
  CHECK(forgot("d@example.com").failure() == errc::too_many_requests);
}

TEST_CASE_FIXTURE(letters_fixture, "a letter speaks the language that the browser prefers") {
  begin();
  knows("ann@example.com");
  forgot("ann@example.com", "ru-RU,ru;q=0.9");
  CHECK(notifier->last<notify_by_mail>().subject == "Новый пароль");
}

TEST_CASE_FIXTURE(letters_fixture, "who registers is mailed a link after the answer, whether or not that works") {
  begin();
  writer->on<keep_account_token, done>(nullptr);
  auto made = ask<user_view>(auth, auth_register{"ann", "ann@example.com", "good", "", {}});
  user_view ann = user();
  ann.email = "ann@example.com";
  writer.answer<register_user>(ann);
  CHECK(made.arrived());
  CHECK(writer->last<keep_account_token>().purpose == token_purpose::verify_email);
  CHECK(writer->last<keep_account_token>().hash == "#verify:secret1");
  CHECK(notifier->count<notify_by_mail>() == 0); // not before the token is kept
  writer.answer<keep_account_token>(done{});
  CHECK(notifier->last<notify_by_mail>().body.find("https://chat.example.com/#/verify/secret1") != std::string::npos);
}

TEST_CASE_FIXTURE(letters_fixture, "another letter is sent to whoever is not verified, a few times") {
  begin();
  knows("ann@example.com");
  CHECK(resend().failure() == errc::none);
  CHECK(notifier->count<notify_by_mail>() == 1);
  letters_are_out = true;
  CHECK(resend().failure() == errc::too_many_requests);
  knows("ann@example.com", true);
  CHECK(resend().failure() == errc::conflict);
  knows("");
  CHECK(resend().failure() == errc::not_available);
  CHECK(notifier->count<notify_by_mail>() == 1);
}

TEST_CASE_FIXTURE(letters_fixture, "a token verifies the address; anything else answers alike") {
  begin();
  store->on<find_account_token, user_view>([this](find_account_token& question) -> caf::expected<user_view> {
    if (question.hash != "#verify:secret" || question.purpose != token_purpose::verify_email)
      return make_failure(errc::not_found);
    return user();
  });
  writer->on<verify_email, done>([](verify_email&) -> caf::expected<done> { return done{}; });
  auto verified = verify("secret");
  CHECK(verified.failure() == errc::none);
  CHECK(verified.arrived());
  CHECK(writer->last<verify_email>().token_hash == "#verify:secret");
  writer->on<verify_email, done>(
      [](verify_email&) -> caf::expected<done> { return make_failure(errc::invalid_token); });
  for (auto token : {"rubbish", "secret-other", "secret"})
    CHECK(verify(token).failure() == errc::invalid_token);
  store->on<find_account_token, user_view>(
      [](find_account_token&) -> caf::expected<user_view> { return make_failure(errc::unavailable); });
  CHECK(verify("secret").failure() == errc::unavailable);
}
