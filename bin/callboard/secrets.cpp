#include "bin/callboard/secrets.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/crypto/random.hpp"
#include "adapters/jwt/secret_strength.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

constexpr std::size_t least_bytes = 32;

caf::error failure(std::string sentence) {
  return make_failure(errc::internal, std::move(sentence));
}

// Made under another name and linked into place, so that two programs that start together agree on one.
caf::error make_secret(const std::filesystem::path& path) {
  auto draft = path.string() + "." + std::to_string(::getpid());
  int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return failure("cannot make " + path.string() + ": " + std::strerror(errno));
  auto text = crypto::base64url_encode(crypto::random_bytes(least_bytes));
  bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  bool linked = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  auto reason = errno;
  ::unlink(draft.c_str());
  return linked ? caf::error{} : failure("cannot make " + path.string() + ": " + std::strerror(reason));
}

caf::error read_secret(const std::filesystem::path& path, std::string& text) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
    return failure(path.string() + " can be read by others: set its mode to 0600");
  std::ifstream file{path};
  text.assign(std::istreambuf_iterator<char>{file}, {});
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (!file || text.size() < least_bytes)
    return failure(path.string() + " cannot be read or holds less than 32 bytes");
  return {};
}

} // namespace

caf::expected<secrets> load_secrets(const settings& options) {
  auto root = options.secret.reveal();
  if (root.empty()) {
    auto path = std::filesystem::path{options.data_dir} / "secret";
    std::error_code ignored;
    std::filesystem::create_directories(options.data_dir, ignored); // a store elsewhere has not made it
    if (!std::filesystem::exists(path, ignored))
      if (auto reason = make_secret(path))
        return reason;
    if (auto reason = read_secret(path, root))
      return reason;
    if (auto weakness = jwt::weakness_of_secret(root))
      return failure("the secret in " + path.string() + " " + *weakness);
  }
  return secrets{crypto::hmac_sha256(root, "callboard wrap"), crypto::hmac_sha256(root, "callboard refresh"),
                 crypto::hmac_sha256(root, "callboard pepper"), crypto::hmac_sha256(root, "callboard device")};
}

} // namespace callboard
