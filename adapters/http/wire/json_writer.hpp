#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

#include "adapters/http/wire/times.hpp"
#include "messages/ids.hpp"

namespace callboard::http::wire {

/// Appends `text` as a JSON string with its quotes (RFC 8259, section 7). Bytes that are not UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

/// Appends JSON to a string: commas are its business, the right order of calls is the caller's. Names of members are
/// written as they are: they need no escaping.
class json_writer {
public:
  explicit json_writer(std::string& out) : out_{out} {}

  void begin_object() { open('{'); }
  void begin_object(std::string_view name) {
    key(name);
    open('{');
  }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void begin_array(std::string_view name) {
    key(name);
    open('[');
  }
  void end_array() { close(']'); }

  void key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    first_ = true;
  }

  void text(std::string_view value) {
    separate();
    append_json_text(out_, value);
  }
  template <std::integral T>
  void number(T value) {
    separate();
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, static_cast<std::size_t>(end - digits));
  }
  void boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
  }
  void null() {
    separate();
    out_ += "null";
  }
  void time(timestamp value) {
    separate();
    out_ += '"';
    append_time(out_, value);
    out_ += '"';
  }

  void text(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  template <std::integral T>
  void number(std::string_view name, T value) {
    key(name);
    number(value);
  }
  void boolean(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }
  void null(std::string_view name) {
    key(name);
    null();
  }
  void time(std::string_view name, timestamp value) {
    key(name);
    time(value);
  }

  /// Members that are left out when they are empty or zero, as protobuf's JSON does.
  void text_if(std::string_view name, std::string_view value) {
    if (!value.empty())
      text(name, value);
  }
  template <std::integral T>
  void number_if(std::string_view name, T value) {
    if (value != 0)
      number(name, value);
  }
  void true_if(std::string_view name, bool value) {
    if (value)
      boolean(name, true);
  }

private:
  void separate() {
    if (!first_)
      out_ += ',';
    first_ = false;
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

} // namespace callboard::http::wire
