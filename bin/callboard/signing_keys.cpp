#include "bin/callboard/signing_keys.hpp"

#include <utility>

#include "actors/core/key_schedule.hpp"
#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/jwt/key_wrap.hpp"
#include "adapters/tokens/stored_keys.hpp"
#include "bin/callboard/configs.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

constexpr int most_tries = 3;

jwt::algorithm algorithm_of(const settings& options) {
  if (options.token_algorithm == "eddsa")
    return jwt::algorithm::eddsa;
  return options.token_algorithm == "hs256" ? jwt::algorithm::hs256 : jwt::algorithm::es256;
}

// The same secret always has the same id, so that it becomes a key once; nobody learns more from it than from a token.
std::string id_of_secret(const secret_text& secret) {
  return crypto::base64url_encode(crypto::hmac_sha256(secret.reveal(), "callboard key id").substr(0, 12));
}

caf::error make_first_key(sql::store_session& store, const settings& options, const secrets& known) {
  auto made = make_signing_key(options, known);
  if (!made)
    return made.error();
  add_signing_key adding;
  adding.key = std::move(*made);
  adding.now = adding.key.signs_from = adding.key.created_at;
  adding.key.token_life = options.access_life;
  adding.detail = "key " + adding.key.id + " (" + adding.key.algorithm + "), the first";
  auto kept = store.execute(std::move(adding));
  if (!kept && code_of(kept.error()) != errc::conflict) // somebody else made one
    return kept.error();
  return {};
}

} // namespace

caf::expected<signing_key_record> make_signing_key(const settings& options, const secrets& known) {
  auto algorithm = algorithm_of(options);
  auto key = algorithm == jwt::algorithm::hs256
                 ? jwt::key::from_secret(id_of_secret(options.token_secret), options.token_secret.reveal())
                 : jwt::key::generate(algorithm);
  auto wrapped = key ? jwt::wrap_key(*key, known.wrap.reveal()) : std::nullopt;
  if (!wrapped)
    return make_failure(errc::internal, "a signing key could not be made");
  signing_key_record record;
  record.id = key->id();
  record.algorithm = to_string(algorithm);
  record.wrapped = std::move(*wrapped);
  record.created_at = wall_clock();
  return record;
}

caf::expected<loaded_keys> load_keys(sql::store_session& store, const settings& options, const secrets& known) {
  for (int tries = 0; tries < most_tries; ++tries) {
    auto stored = store.ask(list_signing_keys{});
    if (!stored)
      return stored.error();
    if (stored->empty()) {
      if (auto reason = make_first_key(store, options, known))
        return reason;
      continue;
    }
    loaded_keys result;
    result.schedule = core::schedule_keys(*stored);
    auto opened = tokens::open_keys(result.schedule, known.wrap.reveal());
    if (!opened)
      return opened.error();
    result.set = std::move(*opened);
    return result;
  }
  return make_failure(errc::internal, "a first signing key could not be kept in the store");
}

caf::error note_token_life_of(sql::store_session& store, const settings& options, const loaded_keys& keys) {
  auto now = wall_clock();
  auto states = core::states_of(keys.schedule, now);
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i] <= core::key_state::signing && keys.schedule[i].key.token_life < options.access_life)
      if (auto noted = store.execute(note_token_life{options.access_life, now}); !noted)
        return noted.error();
  return {};
}

std::string describe_other_key(const loaded_keys& keys, const settings& options) {
  auto& last = keys.schedule.back().key;
  auto wanted = algorithm_of(options);
  auto is_wanted = last.algorithm == to_string(wanted) &&
                   (wanted != jwt::algorithm::hs256 || last.id == id_of_secret(options.token_secret));
  if (is_wanted)
    return {};
  return "Access tokens are signed with the " + last.algorithm + " key " + last.id + " of the store, not with " +
         (wanted == jwt::algorithm::hs256 ? "the secret" : "an algorithm") +
         " that is configured now: `callboard admin keys rotate` changes that.";
}

} // namespace callboard
