#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bin/callboard/durations.hpp"
#include "bin/callboard/options.hpp"

namespace callboard {

/// The parts of a list that commas divide; empty ones are left out.
inline std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    auto end = std::min(text.find(',', begin), text.size());
    if (end > begin)
      parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Collects options: of each kind of value how it is read, checked and printed. The least and the greatest value of a
/// number or duration belong to its kind.
class option_builder {
public:
  void group(std::string heading) { group_ = std::move(heading); }

  void text(std::string name, std::string takes, std::string settings::*field, std::string sentence) {
    add(
        std::move(name), std::move(takes), std::move(sentence),
        [field](settings& target, const std::string& value) {
          target.*field = value;
          return std::string{};
        },
        [field](const settings& source) { return source.*field; });
  }
  /// Never printed.
  void secret(std::string name, std::string takes, secret_text settings::*field, std::string sentence) {
    add(
        std::move(name), std::move(takes), std::move(sentence),
        [field](settings& target, const std::string& value) {
          target.*field = value;
          return std::string{};
        },
        [field](const settings& source) { return (source.*field).reveal(); }, true);
  }
  void address(std::string name, std::string settings::*field, std::string sentence) {
    add(
        std::move(name), "ADDRESS:PORT", std::move(sentence),
        [field](settings& target, const std::string& value) -> std::string {
          auto colon = value.rfind(':');
          std::uint64_t port = 0;
          if (colon == std::string::npos || colon == 0 ||
              !parse_number(std::string_view{value}.substr(colon + 1), port) || port > 65'535)
            return "must be ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080";
          target.*field = value;
          return {};
        },
        [field](const settings& source) { return source.*field; });
  }
  void brokers(std::string name, std::string settings::*field, std::string sentence) {
    add(
        std::move(name), "HOST:PORT,...", std::move(sentence),
        [field](settings& target, const std::string& value) -> std::string {
          for (auto& each : split(value)) {
            auto colon = each.rfind(':');
            std::uint64_t port = 0;
            if (colon == std::string::npos || colon == 0 ||
                !parse_number(std::string_view{each}.substr(colon + 1), port) || port == 0 || port > 65'535)
              return "must be HOST:PORT, or several separated by commas";
          }
          target.*field = value;
          return {};
        },
        [field](const settings& source) { return source.*field; });
  }
  void routes(std::string name, std::vector<kafka::event_route> settings::*field, std::string sentence) {
    add(
        std::move(name), "TYPE=TOPIC[;key=KEY],...", std::move(sentence),
        [field](settings& target, const std::string& value) {
          std::string wrong;
          target.*field = kafka::parse_event_routes(value, wrong);
          return wrong;
        },
        [field](const settings& source) { return kafka::print_event_routes(source.*field); });
  }
  /// `check` says what is wrong with a value, or nothing. It may hold a password, so it is never printed.
  void url(std::string name, secret_text settings::*field, std::string (*check)(const std::string&),
           std::string sentence) {
    add(
        std::move(name), "URL", std::move(sentence),
        [field, check](settings& target, const std::string& value) {
          auto fault = check(value);
          if (fault.empty())
            target.*field = value;
          return fault;
        },
        [field](const settings& source) { return (source.*field).reveal(); }, true);
  }
  void mail_address(std::string name, std::string settings::*field, std::string sentence) {
    add(
        std::move(name), "ADDRESS", std::move(sentence),
        [field](settings& target, const std::string& value) -> std::string {
          if (!smtp::is_address(value))
            return "must be a mail address, such as callboard@example.com";
          target.*field = value;
          return {};
        },
        [field](const settings& source) { return source.*field; }, false);
  }
  void choice(std::string name, std::vector<std::string> values, std::string settings::*field, std::string sentence) {
    std::string takes;
    for (auto& each : values)
      takes += (takes.empty() ? "" : "|") + each;
    add(
        std::move(name), takes, std::move(sentence),
        [field, values, takes](settings& target, const std::string& value) -> std::string {
          if (std::find(values.begin(), values.end(), value) == values.end())
            return "must be one of " + takes;
          target.*field = value;
          return {};
        },
        [field](const settings& source) { return source.*field; });
  }
  void list(std::string name, std::string takes, std::vector<std::string> settings::*field, std::string sentence) {
    add(
        std::move(name), std::move(takes), std::move(sentence),
        [field](settings& target, const std::string& value) {
          target.*field = split(value);
          return std::string{};
        },
        [field](const settings& source) {
          std::string joined;
          for (auto& each : source.*field)
            joined += (joined.empty() ? "" : ",") + each;
          return joined;
        });
  }
  void number(std::string name, std::uint64_t least, std::uint64_t most, std::uint64_t settings::*field,
              std::string sentence) {
    add_number(
        std::move(name), least, most, std::move(sentence),
        [field](settings& target, std::uint64_t value) { target.*field = value; },
        [field](const settings& source) { return source.*field; });
  }
  /// A share of all, 0 to 1.
  void ratio(std::string name, double settings::*field, std::string sentence) {
    add(
        std::move(name), "0..1", std::move(sentence),
        [field](settings& target, const std::string& value) -> std::string {
          double parsed = 0;
          auto* end = value.data() + value.size();
          auto [rest, error] = std::from_chars(value.data(), end, parsed, std::chars_format::fixed);
          if (error != std::errc{} || rest != end || !(parsed >= 0 && parsed <= 1))
            return "must be a number from 0 to 1, such as 0.05";
          target.*field = parsed;
          return {};
        },
        [field](const settings& source) {
          char text[32];
          auto [end, error] = std::to_chars(text, text + sizeof text, source.*field, std::chars_format::fixed);
          return error == std::errc{} ? std::string{text, end} : std::string{};
        });
  }
  void bound(std::string name, std::uint32_t least, std::uint32_t most, std::uint32_t core::limits::*field,
             std::string sentence) {
    add_number(
        std::move(name), least, most, std::move(sentence),
        [field](settings& target, std::uint64_t value) { target.limits.*field = static_cast<std::uint32_t>(value); },
        [field](const settings& source) { return std::uint64_t{source.limits.*field}; });
  }
  void duration(std::string name, std::chrono::milliseconds least, std::chrono::milliseconds most,
                std::chrono::milliseconds settings::*field, std::string sentence) {
    auto low = static_cast<std::uint64_t>(least.count()), high = static_cast<std::uint64_t>(most.count());
    add(
        std::move(name), print_duration(low) + ".." + print_duration(high), std::move(sentence),
        [field, low, high](settings& target, const std::string& value) -> std::string {
          std::uint64_t parsed = 0;
          if (!parse_duration(value, parsed))
            return "must be a duration such as 500ms, 30s, 15m, 2h or 7d";
          if (parsed < low || parsed > high)
            return "must be between " + print_duration(low) + " and " + print_duration(high);
          target.*field = std::chrono::milliseconds{parsed};
          return {};
        },
        [field](const settings& source) {
          return print_duration(static_cast<std::uint64_t>((source.*field).count()));
        });
  }

  std::vector<option> take() { return std::move(options_); }

private:
  void add(std::string name, std::string takes, std::string sentence,
           std::function<std::string(settings&, const std::string&)> set,
           std::function<std::string(const settings&)> get, bool secret = false) {
    options_.push_back(
        {group_, std::move(name), std::move(takes), std::move(sentence), secret, std::move(set), std::move(get)});
  }
  void add_number(std::string name, std::uint64_t least, std::uint64_t most, std::string sentence,
                  std::function<void(settings&, std::uint64_t)> set,
                  std::function<std::uint64_t(const settings&)> get) {
    auto takes = std::to_string(least) + ".." + std::to_string(most);
    add(
        std::move(name), takes, std::move(sentence),
        [set = std::move(set), least, most, takes](settings& target, const std::string& value) -> std::string {
          std::uint64_t parsed = 0;
          if (!parse_number(value, parsed) || parsed < least || parsed > most)
            return "must be a number, " + takes;
          set(target, parsed);
          return {};
        },
        [get = std::move(get)](const settings& source) { return std::to_string(get(source)); });
  }

  std::string group_;
  std::vector<option> options_;
};

} // namespace callboard
