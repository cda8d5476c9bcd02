#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace callboard::password {

/// The bounds of bcrypt's cost (the logarithm of its rounds) for hashes we make.
inline constexpr unsigned minimum_cost = 10;
inline constexpr unsigned maximum_cost = 15;

/// The highest cost of a hash from elsewhere: each step doubles the time of a log-in.
inline constexpr unsigned maximum_imported_cost = 14;

/// How passwords are hashed.
struct hash_options {
  /// 10 to 15; doubles the time by each step.
  unsigned cost = 12;
  /// A server-side secret mixed into every hash, kept apart from the store; empty for none.
  std::string pepper = {};
};

/// Why a password was not hashed or verified.
enum class hash_error {
  bad_cost,       ///< the option `cost` is out of bounds
  too_long,       ///< over 72 bytes without a pepper, of which bcrypt would ignore the rest
  contains_nul,   ///< a NUL byte without a pepper, where bcrypt would stop
  malformed_hash, ///< the stored text is none of our forms
  no_pepper,      ///< the stored hash was made with a pepper and none is configured
  failed,         ///< the library could not hash
};

/// A short name for logs, such as `no_pepper`.
std::string_view to_string(hash_error error);

/// The outcome of a verification.
struct verification {
  bool match = false;
  /// The password matches a hash that was made in another way than `hash_options` asks for now: store a new one.
  bool needs_upgrade = false;

  bool operator==(const verification&) const = default;
};

/// A new hash of `password` in stored form with a random salt. Takes as long as the cost says: never call it on a
/// thread that serves others.
std::variant<std::string, hash_error> hash_password(std::string_view password, const hash_options& options);

/// Whether `password` is the one of `stored`. Takes as long as the cost in `stored` says, also for a password that
/// cannot match.
std::variant<verification, hash_error> verify_password(std::string_view password, std::string_view stored,
                                                       const hash_options& options);

/// Whether `text` is a hash that another system may hand over: `$2a$`, `$2b$` or `$2y$`, cost 4 to 14, 60 characters.
bool is_importable(std::string_view text);

/// A stored form that no password matches and that takes as long to verify as a real one: for users who do not exist.
/// Made without hashing anything. Nothing if `options.cost` is out of bounds.
std::optional<std::string> dummy_hash(const hash_options& options);

/// As `dummy_hash`, of the cost and in the form of `stored`: takes as long to verify as that. Of the configured cost if
/// `stored` is none of our forms, such as an empty text.
std::optional<std::string> dummy_hash_like(std::string_view stored, const hash_options& options);

} // namespace callboard::password
