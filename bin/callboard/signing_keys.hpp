#pragma once

#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "adapters/jwt/key_set.hpp"
#include "adapters/sql/store.hpp"
#include "bin/callboard/secrets.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard {

/// The keys of access tokens, as the store has them and opened.
struct loaded_keys {
  std::vector<scheduled_key> schedule;
  std::shared_ptr<const jwt::key_set> set;
};

/// The keys of the store; the first one is made as the options say if there is none. The error is one sentence.
caf::expected<loaded_keys> load_keys(sql::store_session& store, const settings& options, const secrets& known);

/// Notes in the store how long the server's tokens live, if its keys do not say so already.
caf::error note_token_life_of(sql::store_session& store, const settings& options, const loaded_keys& keys);

/// A new key as the options say, wrapped for the store; not added to it. The error is one sentence.
caf::expected<signing_key_record> make_signing_key(const settings& options, const secrets& known);

/// A sentence for the operator if the last key is not what the options say a key should be; otherwise empty.
std::string describe_other_key(const loaded_keys& keys, const settings& options);

} // namespace callboard
