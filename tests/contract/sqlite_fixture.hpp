#pragma once

#include "adapters/sql/sqlite/store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/temporary_folder.hpp"

namespace callboard::contract {

/// A directory of its own, removed with all it holds.
using scratch_directory = test::temporary_folder;

/// Options for a store in `directory`; the partition is a simple hash of the key.
sql::sqlite_options options_in(const std::filesystem::path& directory);

/// A store on SQLite in a directory of its own.
std::unique_ptr<store_fixture> make_sqlite_fixture(std::uint32_t max_pages = 0);

} // namespace callboard::contract
