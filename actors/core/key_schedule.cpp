#include "actors/core/key_schedule.hpp"

#include <algorithm>

namespace callboard::core {

std::vector<scheduled_key> schedule_keys(const std::vector<signing_key_record>& keys) {
  std::vector<scheduled_key> result;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    scheduled_key next{keys[i], i == 0 ? timestamp::min() : keys[i].signs_from, timestamp::max()};
    if (i + 1 < keys.size())
      next.verifies_until = std::max(keys[i].used_until, keys[i + 1].signs_from + keys[i].token_life) + key_margin;
    result.push_back(std::move(next));
  }
  return result;
}

std::string_view to_string(key_state state) {
  switch (state) {
  case key_state::published:
    return "published";
  case key_state::signing:
    return "signing";
  case key_state::verifying:
    return "verifying";
  case key_state::ended:
    return "ended";
  }
  return "";
}

std::vector<key_state> states_of(const std::vector<scheduled_key>& keys, timestamp now) {
  std::vector<key_state> states(keys.size());
  auto is_followed = false; // a later one signs already
  for (auto i = keys.size(); i-- > 0;) {
    if (keys[i].signs_from > now)
      states[i] = key_state::published;
    else if (!std::exchange(is_followed, true))
      states[i] = key_state::signing;
    else
      states[i] = keys[i].verifies_until > now ? key_state::verifying : key_state::ended;
  }
  return states;
}

std::vector<std::string> ended_keys(const std::vector<scheduled_key>& keys, timestamp now) {
  std::vector<std::string> ended;
  auto states = states_of(keys, now);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (states[i] == key_state::ended)
      ended.push_back(keys[i].key.id);
  return ended;
}

std::optional<std::string> objection_to_rotation(const std::vector<scheduled_key>& keys, timestamp now) {
  for (auto& each : keys)
    if (each.signs_from > now)
      return "the key " + each.key.id + " does not sign yet: wait until it does, or retire it";
  return std::nullopt;
}

std::optional<std::string> objection_to_retiring(const std::vector<scheduled_key>& keys, const std::string& id,
                                                 timestamp now) {
  auto states = states_of(keys, now);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].key.id != id)
      continue;
    if (states[i] == key_state::signing)
      return "the key " + id + " signs: let another one sign first, with `callboard admin keys rotate --overlap 0s`";
    return std::nullopt;
  }
  return "there is no key " + id;
}

bool is_same_schedule(const std::vector<scheduled_key>& left, const std::vector<scheduled_key>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](auto& one, auto& other) {
    return one.key.id == other.key.id && one.key.wrapped == other.key.wrapped && one.signs_from == other.signs_from &&
           one.verifies_until == other.verifies_until;
  });
}

} // namespace callboard::core
