#pragma once

#include "bin/callboard-cli/result.hpp"
#include "bin/callboard-cli/texts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace callboard::cli {

/// Reads an answer with an error status. A body that is no problem+json leaves all but `status` empty.
problem read_problem(unsigned status, std::string_view body);

/// One safe line for the user: a text of our own for the most usual codes, else the server's `detail` (or `title`)
/// followed by what is wrong with which field.
std::string describe_problem(const problem& refusal, const texts& say);

/// The entries of `members` that an `unknown_members` problem points at (`/members/1`), in its order.
std::vector<std::string> unknown_members_of(const problem& refusal, const std::vector<std::string>& members);

} // namespace callboard::cli
