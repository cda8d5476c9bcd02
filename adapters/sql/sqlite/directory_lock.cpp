#include "adapters/sql/sqlite/directory_lock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace callboard::sql {
namespace {

std::string last_error() {
  return std::generic_category().message(errno);
}

std::string read_holder(int file) {
  std::array<char, 32> text{};
  auto size = ::pread(file, text.data(), text.size(), 0);
  std::string holder{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  holder.resize(std::min(holder.find_first_not_of("0123456789"), holder.size()));
  return holder;
}

} // namespace

directory_lock::result directory_lock::take(const std::filesystem::path& directory) {
  auto path = directory / "lock";
  auto file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return unusable{last_error()};
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    result refused = errno == EWOULDBLOCK ? result{held{read_holder(file)}} : result{unusable{last_error()}};
    ::close(file);
    return refused;
  }
  auto text = std::to_string(::getpid()) + "\n";
  // The number is a help for the operator; the lock holds without it, on a full disk too.
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, text.data(), text.size(), 0) < 0)
    errno = 0;
  return std::unique_ptr<directory_lock>{new directory_lock{file}};
}

directory_lock::~directory_lock() {
  ::close(file_);
}

} // namespace callboard::sql
