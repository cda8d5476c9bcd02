#include "adapters/sql/sqlite/gathering_vfs.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include <sqlite3.h>

namespace callboard::sql {
namespace {

// The system's layer writes less than 128 KiB in one call, and takes a multiple of that for nothing written.
constexpr std::size_t buffer_size = 120 * 1024;

sqlite3_vfs& system_vfs() {
  static sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  return *vfs;
}

/// A write-ahead log; the system's file lies behind it in the memory that SQLite gives.
struct log_file {
  sqlite3_file base{};
  std::vector<char> gathered; // bytes from `start` on that the file does not have yet
  sqlite3_int64 start = 0;

  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(this) + size); }

  int flush() {
    if (gathered.empty())
      return SQLITE_OK;
    auto code = system()->pMethods->xWrite(system(), gathered.data(), static_cast<int>(gathered.size()), start);
    // What could not be written is part of a transaction that fails with it.
    gathered.clear();
    return code;
  }

  static const std::size_t size;
};

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
}

const std::size_t log_file::size = aligned(sizeof(log_file));

log_file& of(sqlite3_file* base) {
  return *reinterpret_cast<log_file*>(base);
}

int close(sqlite3_file* base) {
  auto& file = of(base);
  auto flushed = file.flush();
  auto closed = file.system()->pMethods->xClose(file.system());
  std::destroy_at(&file);
  return flushed != SQLITE_OK ? flushed : closed;
}

int read(sqlite3_file* base, void* into, int bytes, sqlite3_int64 from) {
  auto& file = of(base);
  if (auto code = file.flush(); code != SQLITE_OK)
    return code;
  return file.system()->pMethods->xRead(file.system(), into, bytes, from);
}

int write(sqlite3_file* base, const void* data, int bytes, sqlite3_int64 at) {
  auto& file = of(base);
  auto size = static_cast<std::size_t>(bytes);
  auto follows = at == file.start + static_cast<sqlite3_int64>(file.gathered.size());
  if (!file.gathered.empty() && (!follows || file.gathered.size() + size > buffer_size))
    if (auto code = file.flush(); code != SQLITE_OK)
      return code;
  if (size > buffer_size)
    return file.system()->pMethods->xWrite(file.system(), data, bytes, at);
  if (file.gathered.empty())
    file.start = at;
  try {
    if (file.gathered.capacity() < buffer_size)
      file.gathered.reserve(buffer_size);
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  auto* first = static_cast<const char*>(data);
  file.gathered.insert(file.gathered.end(), first, first + size);
  return SQLITE_OK;
}

int truncate(sqlite3_file* base, sqlite3_int64 size) {
  auto& file = of(base);
  if (auto code = file.flush(); code != SQLITE_OK)
    return code;
  return file.system()->pMethods->xTruncate(file.system(), size);
}

int sync(sqlite3_file* base, int flags) {
  auto& file = of(base);
  if (auto code = file.flush(); code != SQLITE_OK)
    return code;
  return file.system()->pMethods->xSync(file.system(), flags);
}

int measure(sqlite3_file* base, sqlite3_int64* size) {
  auto& file = of(base);
  if (auto code = file.flush(); code != SQLITE_OK)
    return code;
  return file.system()->pMethods->xFileSize(file.system(), size);
}

int lock(sqlite3_file* base, int level) {
  return of(base).system()->pMethods->xLock(of(base).system(), level);
}

int unlock(sqlite3_file* base, int level) {
  return of(base).system()->pMethods->xUnlock(of(base).system(), level);
}

int check_reserved_lock(sqlite3_file* base, int* result) {
  return of(base).system()->pMethods->xCheckReservedLock(of(base).system(), result);
}

int control(sqlite3_file* base, int operation, void* argument) {
  return of(base).system()->pMethods->xFileControl(of(base).system(), operation, argument);
}

int sector_size(sqlite3_file* base) {
  return of(base).system()->pMethods->xSectorSize(of(base).system());
}

int characteristics(sqlite3_file* base) {
  return of(base).system()->pMethods->xDeviceCharacteristics(of(base).system());
}

sqlite3_io_methods make_methods() {
  sqlite3_io_methods result{};
  result.iVersion = 1; // a log is never mapped, nor does it have the memory that connections share
  result.xClose = close;
  result.xRead = read;
  result.xWrite = write;
  result.xTruncate = truncate;
  result.xSync = sync;
  result.xFileSize = measure;
  result.xLock = lock;
  result.xUnlock = unlock;
  result.xCheckReservedLock = check_reserved_lock;
  result.xFileControl = control;
  result.xSectorSize = sector_size;
  result.xDeviceCharacteristics = characteristics;
  return result;
}

/// All but a log is the system's alone.
int open(sqlite3_vfs*, const char* name, sqlite3_file* base, int flags, int* given) {
  auto& system = system_vfs();
  if ((flags & SQLITE_OPEN_WAL) == 0)
    return system.xOpen(&system, name, base, flags, given);
  static const sqlite3_io_methods methods = make_methods();
  auto& file = *std::construct_at(reinterpret_cast<log_file*>(base));
  auto code = system.xOpen(&system, name, file.system(), flags, given);
  if (code != SQLITE_OK) {
    if (file.system()->pMethods)
      file.system()->pMethods->xClose(file.system());
    std::destroy_at(&file);
    base->pMethods = nullptr; // nothing to close
    return code;
  }
  file.base.pMethods = &methods;
  return SQLITE_OK;
}

sqlite3_vfs make_vfs(const char* name) {
  auto result = system_vfs(); // everything but files is as the system does it
  result.szOsFile += static_cast<int>(log_file::size);
  result.pNext = nullptr;
  result.zName = name;
  result.xOpen = open;
  return result;
}

} // namespace

const char* gathering_vfs() {
  static constexpr auto* name = "callboard";
  static const bool known = [] {
    if (sqlite3_initialize() != SQLITE_OK || !sqlite3_vfs_find(nullptr))
      return false;
    static auto vfs = make_vfs(name);
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  return known ? name : nullptr;
}

} // namespace callboard::sql
