#include <doctest/doctest.h>

#include "actors/core/permissions.hpp"
#include "actors/core/spacing.hpp"

using namespace callboard;
using namespace std::chrono_literals;

TEST_CASE("each role may do all that the one below it may") {
  for (std::size_t i = 0; i < static_cast<std::size_t>(permission::count_); ++i) {
    auto what = static_cast<permission>(i);
    CAPTURE(to_string(what));
    if (core::may(role::guest, what))
      CHECK(core::may(role::user, what));
    if (core::may(role::user, what))
      CHECK(core::may(role::admin, what));
    CHECK(core::may(role::admin, what));
  }
}

TEST_CASE("guests make nothing, users administer nothing") {
  for (auto what : {permission::create_rooms, permission::manage_rooms, permission::keep_reminders,
                    permission::search_users, permission::change_profile, permission::write_unasked})
    CHECK_FALSE(core::may(role::guest, what));
  for (auto what : {permission::manage_users, permission::read_audit, permission::read_analytics,
                    permission::read_caught_mail, permission::speak_for_others, permission::operate})
    CHECK_FALSE(core::may(role::user, what));
}

TEST_CASE("what is no role and what is no permission has nothing") {
  CHECK_FALSE(core::may(static_cast<role>(3), permission::use_session));
  CHECK_FALSE(core::may(role::admin, permission::count_));
  CHECK_FALSE(core::may(role::admin, static_cast<permission>(200)));
}

TEST_CASE("one a user and second passes, of a bounded number of users") {
  core::spacing spacing{1s, 2};
  timestamp now{1000h};
  CHECK(spacing.pass(user_id{1}, now));
  CHECK_FALSE(spacing.pass(user_id{1}, now + 999ms));
  CHECK(spacing.pass(user_id{2}, now + 999ms));
  CHECK(spacing.pass(user_id{1}, now + 1s));
  CHECK_FALSE(spacing.pass(user_id{3}, now + 1s)); // both are recent
  CHECK(spacing.pass(user_id{3}, now + 2s));
  CHECK(spacing.pass(user_id{3}, now)); // the clock was set back
}
