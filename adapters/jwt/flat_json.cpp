#include "adapters/jwt/flat_json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

namespace callboard::jwt {

namespace {

constexpr std::size_t maximum_members = 16;

// Receives the events of Boost.JSON's parser, since its document type silently keeps the last of two equal names.
struct flat_handler {
  static constexpr std::size_t max_object_size = maximum_members;
  static constexpr std::size_t max_array_size = maximum_members;
  static constexpr std::size_t max_key_size = 64;
  static constexpr std::size_t max_string_size = 8192;

  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;

  std::vector<flat_object::member> members;
  std::string part;
  bool inside = false;
  bool allow_lists = false;
  bool in_list = false;

  static bool refuse(error_code& error) {
    error = boost::json::error::syntax;
    return false;
  }

  bool store(flat_object::value value, error_code& error) {
    if (!inside)
      return refuse(error);
    auto& member = members.back().second;
    if (!in_list) {
      member = std::move(value);
      return true;
    }
    auto* text = std::get_if<std::string>(&value);
    if (text == nullptr)
      return refuse(error);
    std::get<flat_object::list>(member).push_back(std::move(*text));
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& error) {
    if (inside) // also in a list
      return refuse(error);
    inside = true;
    return true;
  }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code& error) {
    if (!inside || !allow_lists || in_list)
      return refuse(error);
    in_list = true;
    members.back().second = flat_object::list{};
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    in_list = false;
    return true;
  }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    part.append(text.data(), text.size());
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code& error) {
    part.append(text.data(), text.size());
    const bool known = std::any_of(members.begin(), members.end(), [&](const auto& m) { return m.first == part; });
    if (known || members.size() == maximum_members)
      return refuse(error);
    members.emplace_back(std::move(part), false);
    part.clear();
    return true;
  }
  bool on_string_part(string_view text, std::size_t, error_code&) {
    part.append(text.data(), text.size());
    return true;
  }
  bool on_string(string_view text, std::size_t, error_code& error) {
    part.append(text.data(), text.size());
    return store(std::exchange(part, {}), error);
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code& error) { return store(number, error); }
  bool on_uint64(std::uint64_t, string_view, error_code& error) { return refuse(error); }
  bool on_double(double, string_view, error_code& error) { return refuse(error); }
  bool on_bool(bool flag, error_code& error) { return store(flag, error); }
  bool on_null(error_code& error) { return refuse(error); }
  bool on_comment_part(string_view, error_code& error) { return refuse(error); }
  bool on_comment(string_view, error_code& error) { return refuse(error); }
};

} // namespace

std::optional<flat_object> flat_object::parse(std::string_view text, bool allow_lists) {
  boost::json::parse_options options;
  options.max_depth = allow_lists ? 2 : 1;
  boost::json::basic_parser<flat_handler> parser(options);
  parser.handler().allow_lists = allow_lists;
  boost::json::error_code error;
  const auto consumed = parser.write_some(false, text.data(), text.size(), error);
  if (error || consumed != text.size() || !parser.done())
    return std::nullopt;
  flat_object result;
  result.members_ = std::move(parser.handler().members);
  return result;
}

const flat_object::value* flat_object::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const auto& m) { return m.first == name; });
  return found == members_.end() ? nullptr : &found->second;
}

const std::string* flat_object::text(std::string_view name) const {
  const auto* found = find(name);
  return found != nullptr ? std::get_if<std::string>(found) : nullptr;
}

const std::int64_t* flat_object::integer(std::string_view name) const {
  const auto* found = find(name);
  return found != nullptr ? std::get_if<std::int64_t>(found) : nullptr;
}

const flat_object::list* flat_object::strings(std::string_view name) const {
  const auto* found = find(name);
  return found != nullptr ? std::get_if<list>(found) : nullptr;
}

} // namespace callboard::jwt
