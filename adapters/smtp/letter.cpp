#include "adapters/smtp/letter.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"

namespace callboard::smtp {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_address = 254; // RFC 5321 section 4.5.3.1.3, without its brackets
constexpr std::size_t line_width = 76;       // RFC 2045 section 6.8
// Bytes of an encoded word's text: with its frame it stays below 75 characters (RFC 2047 section 2).
constexpr std::size_t word_bytes = 42;

/// RFC 2047 encoded words, cut between code points: whatever the text holds, line breaks included, stays inside.
std::string encode_subject(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto size = std::min(word_bytes, text.size());
    while (size < text.size() && size > 1 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
      --size;
    result += (result.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + crypto::base64_encode(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return result;
}

/// RFC 5322 section 3.3, in UTC; independent of the locale.
std::string encode_date(timestamp time) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto seconds =
      static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm parts{};
  static_cast<void>(gmtime_r(&seconds, &parts)); // fails beyond years that an int holds
  std::array<char, 64> text{};
  auto size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                            days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                            months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                            parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string message_id(const mail_message& mail, std::string_view from) {
  auto content = mail.to + '\0' + mail.subject + '\0' + mail.body + '\0' +
                 std::to_string(mail.created_at.time_since_epoch().count());
  return crypto::base64url_encode(crypto::sha256(content)) + std::string{from.substr(from.rfind('@'))};
}

} // namespace

bool is_address(std::string_view text) {
  auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > longest_address)
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != ',' && c != ';' && c != '"' && c != '\\';
  });
}

std::optional<std::string> write_letter(const mail_message& mail, std::string_view from) {
  if (!is_address(mail.to) || !is_address(from))
    return std::nullopt;
  std::string letter;
  auto field = [&letter](std::string_view name, std::string_view value) {
    letter.append(name).append(": ").append(value).append(line_end);
  };
  field("From", from);
  field("To", mail.to);
  field("Subject", encode_subject(mail.subject));
  field("Date", encode_date(mail.created_at));
  field("Message-ID", '<' + message_id(mail, from) + '>');
  field("MIME-Version", "1.0");
  field("Content-Type", "text/plain; charset=utf-8");
  field("Content-Transfer-Encoding", "base64");
  field("Auto-Submitted", "auto-generated"); // RFC 3834: nobody's absence notice shall come back
  letter.append(line_end);
  auto body = crypto::base64_encode(mail.body);
  for (std::size_t i = 0; i < body.size(); i += line_width)
    letter.append(body, i, line_width).append(line_end);
  return letter;
}

} // namespace callboard::smtp
