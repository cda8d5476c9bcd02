#include "adapters/crypto/random.hpp"

#include "adapters/crypto/base64.hpp"

#include <cstdlib>
#include <limits>
#include <openssl/rand.h>

namespace callboard::crypto {

void fill_random(std::span<std::byte> bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
    std::abort();
}

std::string random_bytes(std::size_t size) {
  std::string result(size, '\0');
  fill_random(std::as_writable_bytes(std::span(result)));
  return result;
}

std::string random_token(std::size_t size) {
  return base64url_encode(random_bytes(size));
}

} // namespace callboard::crypto
