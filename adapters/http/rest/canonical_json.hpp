#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace callboard::http::rest {

/// A text that is the same for two JSON values exactly if they mean the same: no spaces, members sorted by name.
/// `value` is at most as deep as a parsed body.
std::string canonical_json(const boost::json::value& value);

} // namespace callboard::http::rest
