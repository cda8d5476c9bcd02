#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

namespace callboard::sql {

/// The lock of a data directory: the file `lock` in it, held with flock(2) and so let go when the process ends.
class directory_lock {
public:
  ~directory_lock();
  directory_lock(const directory_lock&) = delete;
  directory_lock& operator=(const directory_lock&) = delete;

  /// Takes the lock at once or tells who holds it: the process id as text, empty if unknown.
  struct held {
    std::string holder;
  };
  struct unusable {
    std::string reason;
  };
  using result = std::variant<std::unique_ptr<directory_lock>, held, unusable>;
  static result take(const std::filesystem::path& directory);

private:
  explicit directory_lock(int file) : file_{file} {}
  int file_;
};

} // namespace callboard::sql
