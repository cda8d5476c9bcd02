#pragma once

#include "actors/auth.hpp"
#include "tests/actors/token_fakes.hpp"

namespace callboard::test {

/// An `auth` whose store knows user1 (password "right", hash "#right") and user2 (disabled).
struct auth_fixture : deterministic {
  fake<log_writer_actor> writer{*this};
  fake<store_actor> store{*this};
  fake<hasher_actor> hasher{*this};
  fake<cache_actor> cache{*this};
  fake<placement_actor> placement{*this};
  fake<notifier_actor> notifier{*this};
  std::shared_ptr<plain_revocations> revocations = std::make_shared<plain_revocations>();
  auth_config config;
  auth_actor auth;

  auth_fixture() {
    config.wall_clock = [] { return timestamp{1000h}; };
    config.link_base = [] { return "https://chat.example.com"; };
    config.probe = std::make_shared<node_probe>();
    config.policy = [](std::string_view password, const std::vector<std::string>&) -> caf::optional<field_error> {
      if (password == "weak")
        return field_error{"/password", "weak", "is weak"};
      return caf::none;
    };
  }
  void begin() {
    auth = start(callboard::auth, config,
                 auth_neighbours{writer, store, hasher, cache, placement, notifier, std::make_shared<plain_tokens>(),
                                 revocations});
    cache->on<reserve_attempt, attempt_verdict>([this](reserve_attempt&) -> caf::expected<attempt_verdict> {
      return locked ? attempt_verdict{attempt_outcome::locked, timestamp{1001h}}
                    : attempt_verdict{attempt_outcome::taken};
    });
    cache->on<take_rate, bool>([this](take_rate&) -> caf::expected<bool> { return !too_often; });
    store->on<find_credentials, credentials>([this](find_credentials& query) -> caf::expected<credentials> {
      if (query.login != "user1" && query.login != "user2")
        return make_failure(errc::not_found);
      return credentials{user(), "#right", query.login == "user2", 5};
    });
    store->on<get_session, session_record>([this](get_session& question) -> caf::expected<session_record> {
      return session_record{question.session, user(), true, {}};
    });
    store->on<get_user, user_view>([this](get_user&) -> caf::expected<user_view> { return user(); });
    hasher->on<check_password, password_verdict>([this](check_password& check) -> caf::expected<password_verdict> {
      return password_verdict{!check.dummy && check.hash == "#" + check.password.reveal(), old_hash};
    });
    hasher->on<hash_password, std::string>(
        [](hash_password& wanted) -> caf::expected<std::string> { return "#" + wanted.password.reveal(); });
    writer->on<write_audit, done>([](write_audit&) -> caf::expected<done> { return done{}; });
    writer->on<tell_refused_login, done>([](tell_refused_login&) -> caf::expected<done> { return done{}; });
    writer->on<open_session, std::vector<session_id>>(
        [this](open_session&) -> caf::expected<std::vector<session_id>> { return evicted; });
    writer->on<end_sessions, std::vector<session_id>>(
        [](end_sessions& operation) -> caf::expected<std::vector<session_id>> { return operation.sessions; });
    writer->on<keep_account_token, done>([this](keep_account_token&) -> caf::expected<done> {
      if (letters_are_out)
        return make_failure(errc::limit_exceeded);
      return done{};
    });
    notifier->on<notify_by_mail, done>([](notify_by_mail&) -> caf::expected<done> { return done{}; });
    settle();
  }
  user_view user() {
    user_view view;
    view.id = user_id{1};
    view.username = "user1";
    return view;
  }
  pending<issued_tokens> log_in(std::string login, std::string password, std::string device_token = {}) {
    return ask<issued_tokens>(
        auth, auth_login{std::move(login), std::move(password), false, {"10.0.0.1", "test"}, std::move(device_token)});
  }
  pending<issued_tokens> refresh(std::string token) {
    return ask<issued_tokens>(auth, auth_refresh{std::move(token), false, {"10.0.0.1", "test"}});
  }
  void rotated(rotation kind, std::uint32_t generation, std::string hash) {
    writer.answer<rotate_refresh>(
        rotation_outcome{kind, generation, std::move(hash), user_id{1}, false, timestamp{2000h}, {}});
  }

  bool locked = false;
  bool too_often = false;
  bool old_hash = false;
  bool letters_are_out = false; // as many as may be
  std::vector<session_id> evicted;
};

} // namespace callboard::test
