#pragma once

#include <variant>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace callboard {

/// Maps a variant of requests, each naming its answer as `result`, to the typed actor that answers them all.
template <class Requests>
struct answering;

template <class... Requests>
struct answering<std::variant<Requests...>> {
  using actor = caf::typed_actor<typename caf::replies_to<Requests>::template with<typename Requests::result>...>;
};

template <class Requests>
using answers_each = typename answering<Requests>::actor;

} // namespace callboard
