#include "adapters/tokens/token_authority.hpp"

#include <algorithm>
#include <cstdint>

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"

// Device tokens: a form's number, the user, the device and the end, under an HMAC-SHA256. They are checked before
// anybody has shown a password, so they carry nothing else and are parsed only once the HMAC holds.

namespace callboard::tokens {
namespace {

constexpr char form = 1;
constexpr std::size_t number_size = 8;
constexpr std::size_t device_size = 16;
constexpr std::size_t content_size = 1 + number_size + device_size + number_size;
constexpr std::size_t mac_size = 32;

void append_number(std::string& bytes, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> shift);
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (char each : bytes.substr(0, number_size))
    number = (number << 8) | static_cast<std::uint8_t>(each);
  return number;
}

} // namespace

std::string token_authority::sign_device(const device_claims& claims) const {
  std::string bytes(1, form);
  append_number(bytes, static_cast<std::uint64_t>(number_of(claims.user)));
  bytes.append(reinterpret_cast<const char*>(claims.device.bytes.data()), device_size);
  append_number(bytes, static_cast<std::uint64_t>(claims.expires_at.time_since_epoch().count()));
  return crypto::base64url_encode(bytes + crypto::hmac_sha256(config_.device_secret.reveal(), bytes));
}

caf::optional<device_claims> token_authority::verify_device(std::string_view token, timestamp now) const {
  if (token.empty() || token.size() > 2 * (content_size + mac_size))
    return caf::none;
  auto bytes = crypto::base64url_decode(token);
  if (!bytes || bytes->size() != content_size + mac_size)
    return caf::none;
  auto content = std::string_view{*bytes}.substr(0, content_size);
  auto mac = crypto::hmac_sha256(config_.device_secret.reveal(), content);
  if (!crypto::equal_in_constant_time(mac, std::string_view{*bytes}.substr(content_size)) || content.front() != form)
    return caf::none;
  device_claims claims;
  claims.user = static_cast<user_id>(read_number(content.substr(1)));
  auto device = content.substr(1 + number_size, device_size);
  std::copy(device.begin(), device.end(), claims.device.bytes.begin());
  claims.expires_at = timestamp{
      std::chrono::milliseconds{static_cast<std::int64_t>(read_number(content.substr(content_size - number_size)))}};
  if (claims.expires_at <= now)
    return caf::none;
  return claims;
}

} // namespace callboard::tokens
