#include "adapters/http/rest/canonical_json.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>

namespace callboard::http::rest {
namespace {

void append(std::string& out, const boost::json::value& value) {
  if (const auto* object = value.if_object()) {
    std::vector<const boost::json::key_value_pair*> members;
    for (const auto& member : *object)
      members.push_back(&member);
    std::sort(members.begin(), members.end(), [](auto* left, auto* right) { return left->key() < right->key(); });
    out += '{';
    for (const auto* member : members) {
      if (member != members.front())
        out += ',';
      out += boost::json::serialize(boost::json::value(member->key()));
      out += ':';
      append(out, member->value());
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& item : *array) {
      if (&item != array->begin())
        out += ',';
      append(out, item);
    }
    out += ']';
  } else {
    out += boost::json::serialize(value);
  }
}

} // namespace

std::string canonical_json(const boost::json::value& value) {
  std::string text;
  append(text, value);
  return text;
}

} // namespace callboard::http::rest
