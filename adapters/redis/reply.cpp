#include "adapters/redis/reply.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <hiredis/hiredis.h>

namespace callboard::redis {

bool reply::is_numbers(std::size_t count) const {
  return type == kind::list && items.size() == count &&
         std::all_of(items.begin(), items.end(), [](const reply& each) { return each.type == kind::number; });
}

void count(dependency_probe& probe, outcome how) {
  switch (how) {
  case outcome::ok:
    return probe.ok.add();
  case outcome::refused:
    return probe.refused.add();
  case outcome::timeout:
    return probe.timeout.add();
  case outcome::lost:
    return probe.lost.add();
  case outcome::away:
    return probe.away.add();
  case outcome::busy:
    return probe.busy.add();
  }
}

std::string format(const command& words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  for (auto& word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  auto size = redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), starts.data(), sizes.data());
  if (size < 0)
    throw std::bad_alloc{};
  std::string text{bytes, static_cast<std::size_t>(size)};
  std::free(bytes); // NOLINT: hiredis allocated it with malloc
  return text;
}

} // namespace callboard::redis
