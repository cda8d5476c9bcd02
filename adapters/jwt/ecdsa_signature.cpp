#include "adapters/jwt/ecdsa_signature.hpp"

#include <cstdint>
#include <memory>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>

namespace callboard::jwt {

namespace {

constexpr std::size_t number_size = 32;

} // namespace

std::string ecdsa_der_to_jose(std::string_view der) {
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
      d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size())), ECDSA_SIG_free);
  std::string result(2 * number_size, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(result.data());
  if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes, number_size) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes + number_size, number_size) < 0)
    return {};
  return result;
}

std::string ecdsa_jose_to_der(std::string_view signature) {
  if (signature.size() != 2 * number_size)
    return {};
  // Two INTEGERs of at most 33 bytes: every length fits the short form, so the encoding needs no library.
  std::string body;
  for (auto number : {signature.substr(0, number_size), signature.substr(number_size)}) {
    const auto first = number.find_first_not_of('\0');
    if (first == std::string_view::npos)
      return {};
    number.remove_prefix(first);
    const bool needs_sign_byte = (static_cast<std::uint8_t>(number.front()) & 0x80) != 0;
    body.push_back('\x02');
    body.push_back(static_cast<char>(number.size() + (needs_sign_byte ? 1 : 0)));
    if (needs_sign_byte)
      body.push_back('\0');
    body.append(number);
  }
  std::string der{'\x30', static_cast<char>(body.size())};
  return der + body;
}

} // namespace callboard::jwt
