#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

#include <caf/deep_to_string.hpp>
#include <caf/message.hpp>
#include <fmt/core.h>

#include "messages/messages.hpp"

using namespace callboard;

namespace {

template <class T>
concept streamed = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept joined = requires(const T& value) {
  std::string{} + value;
};
template <class T>
constexpr bool formatted = fmt::is_formattable<T>::value;

// What a text can do, and a secret cannot.
static_assert(streamed<std::string> && !streamed<secret_text>);
static_assert(formatted<std::string> && !formatted<secret_text>);
static_assert(joined<std::string> && !joined<secret_text>);
static_assert(!std::is_convertible_v<secret_text, std::string> &&
              !std::is_convertible_v<secret_text, std::string_view>);
static_assert(!std::is_constructible_v<std::string, secret_text>);

// What is secret of the messages is one.
static_assert(std::is_same_v<decltype(auth_login::password), secret_text>);
static_assert(std::is_same_v<decltype(auth_login::device_token), secret_text>);
static_assert(std::is_same_v<decltype(auth_register::password), secret_text>);
static_assert(std::is_same_v<decltype(auth_refresh::token), secret_text>);
static_assert(std::is_same_v<decltype(auth_change_password::current_password), secret_text>);
static_assert(std::is_same_v<decltype(auth_change_password::new_password), secret_text>);
static_assert(std::is_same_v<decltype(auth_reset_password::token), secret_text>);
static_assert(std::is_same_v<decltype(auth_verify_email::token), secret_text>);
static_assert(std::is_same_v<decltype(issued_tokens::access_token), secret_text>);
static_assert(std::is_same_v<decltype(issued_tokens::refresh_token), secret_text>);
static_assert(std::is_same_v<decltype(connect_command::token), secret_text>);
static_assert(std::is_same_v<decltype(refresh_command::token), secret_text>);
static_assert(std::is_same_v<decltype(hash_password::password), secret_text>);
static_assert(std::is_same_v<decltype(check_password::password), secret_text>);

const std::string password = "violet-harbour-47";

/// A value that shows itself whole, as types of CAF's do.
struct shown {
  std::string name;
  secret_text secret;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& inspector, shown& value) {
  return inspector(caf::meta::type_name("shown"), value.name, value.secret);
}

} // namespace

TEST_CASE("a secret shows nothing of itself, and is there for who asks for it") {
  secret_text secret{password};
  CHECK(to_string(secret) == "[redacted]");
  CHECK(secret.reveal() == password);
  CHECK(secret == password);
  CHECK_FALSE(secret == secret_text{"another"});
  CHECK_FALSE(secret.empty());
  CHECK(secret.size() == password.size());
  CHECK(secret_text{}.empty());
}

TEST_CASE("nor in what CAF makes of a value or a message") {
  CHECK(caf::deep_to_string(secret_text{password}).find(password) == std::string::npos);
  auto text = caf::deep_to_string(shown{"ann", password});
  CHECK(text.find("ann") != std::string::npos);
  CHECK(text.find("[redacted]") != std::string::npos);
  CHECK(text.find(password) == std::string::npos);
  auth_login wanted;
  wanted.password = password;
  CHECK(to_string(caf::make_message(wanted)).find(password) == std::string::npos);
  CHECK(to_string(caf::make_message(check_password{password, "$2b$"})).find(password) == std::string::npos);
}
