#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace callboard {

/// A password, a token, a key, or an address that holds one. Nothing writes it down by accident: no stream takes it and
/// no format, it does not turn into a text, and what writes whole values (as CAF does of a message in its errors) gets
/// `[redacted]`. Who needs it says so by `reveal`, and does not keep what that answers.
class secret_text {
public:
  secret_text() = default;
  secret_text(std::string text) : text_{std::move(text)} {} // what is secret becomes one wherever it is handed over
  secret_text(const char* text) : text_{text} {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }

  /// Takes the longer the more they have in common: not for what somebody may try again and again.
  bool operator==(const secret_text&) const = default;

  template <class Stream>
  friend Stream& operator<<(Stream&, const secret_text&) = delete;

private:
  std::string text_;
};

/// What may be seen of it.
inline std::string to_string(const secret_text&) {
  return "[redacted]";
}

} // namespace callboard
