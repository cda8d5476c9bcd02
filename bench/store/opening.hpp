#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/core/partitioning.hpp"
#include "adapters/sql/postgres/store.hpp"
#include "adapters/sql/sqlite/store.hpp"
#include "messages/messages.hpp"

/// What the benchmarks of the store share. They end the program with a line when something is refused.
namespace callboard::bench {

inline constexpr unsigned partitions = 64;
inline constexpr unsigned reader_count = 2; // as the server has by default

inline partition_id partition_of(std::string_view key) {
  return core::partition_of(key, partitions);
}

/// What `open` makes of the options of the store at `where`: postgresql://... or a directory.
template <class Open>
auto open_at(const std::string& where, Open open) {
  if (where.starts_with("postgres")) {
    sql::postgres_options options;
    options.url = where;
    options.readers = reader_count;
    options.partition_of = partition_of;
    return open(options);
  }
  sql::sqlite_options options;
  options.data_dir = where;
  options.readers = reader_count;
  options.partition_of = partition_of;
  return open(options);
}

template <class Result>
Result must(caf::expected<Result> result) {
  if (!result) {
    std::fprintf(stderr, "refused: %s\n", context_of(result.error()).detail.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

/// A store that was opened.
template <class Store>
Store must(std::variant<Store, sql::open_error> opened) {
  if (auto* refused = std::get_if<sql::open_error>(&opened)) {
    std::fprintf(stderr, "%s\n", refused->message.c_str());
    std::exit(1);
  }
  return std::move(std::get<Store>(opened));
}

/// Takes over all partitions; their epochs.
inline std::vector<epoch_number> claim_all(sql::store_session& store) {
  claim_partitions claim{"bench", {}};
  for (unsigned i = 0; i < partitions; ++i)
    claim.partitions.push_back(static_cast<partition_id>(i));
  return must(store.execute(claim));
}

/// The fence of writes about a room or a user.
template <class Id>
fence guard_of(const std::vector<epoch_number>& epochs, Id id) {
  auto partition = core::partition_of(id, partitions);
  return {partition, epochs[number_of(partition)]};
}

} // namespace callboard::bench
