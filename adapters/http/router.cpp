#include "adapters/http/router.hpp"

#include <stdexcept>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty() && path.front() == '/')
    path.remove_prefix(1);
  while (true) {
    auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos)
      return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// Whether a path has the shape of a pattern; counts its literal segments.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path, std::size_t& literals) {
  if (pattern.size() != path.size())
    return false;
  literals = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_parameter(pattern[i])) {
      if (path[i].empty())
        return false;
    } else if (pattern[i] == path[i]) {
      ++literals;
    } else {
      return false;
    }
  }
  return true;
}

void allow(std::string& list, std::string_view name) {
  if (!list.empty())
    list += ", ";
  list += name;
}

} // namespace

void router::add(route entry) {
  for (const auto& known : routes_)
    if (known->method == entry.method && known->pattern == entry.pattern)
      throw std::logic_error{"route declared twice: " + entry.pattern};
  if (!entry.handler)
    throw std::logic_error{"route without handler: " + entry.pattern};
  auto parts = split(entry.pattern);
  segments_.emplace_back(parts.begin(), parts.end());
  routes_.push_back(std::make_unique<route>(std::move(entry)));
}

route_match router::match(method verb, std::string_view path, std::string_view address) const {
  auto segments = split(path);
  route_match found;
  auto wanted = verb == method::head ? method::get : verb;
  std::size_t best = 0;
  std::size_t index = 0;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    std::size_t literals = 0;
    if (!fits(segments_[i], segments, literals))
      continue;
    if (routes_[i]->is_seen_from && !routes_[i]->is_seen_from(address))
      continue;
    if (routes_[i]->method == method::get)
      allow(found.allow, "GET, HEAD");
    else
      allow(found.allow, to_string(routes_[i]->method));
    if (routes_[i]->method == wanted && (!found.route || literals > best)) {
      found.route = routes_[i].get();
      best = literals;
      index = i;
    }
  }
  if (!found.route)
    return found;
  const auto& pattern = segments_[index];
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i]))
      continue;
    std::string value;
    if (!percent_decode(segments[i], value))
      return {};
    found.parameters.emplace_back(pattern[i].substr(1, pattern[i].size() - 2), std::move(value));
  }
  return found;
}

bool percent_decode(std::string_view text, std::string& decoded, bool plus_is_space) {
  decoded.clear();
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '%') {
      if (text.size() - i < 3)
        return false;
      auto high = hex_value(text[i + 1]);
      auto low = hex_value(text[i + 2]);
      if (high < 0 || low < 0)
        return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
      if (c == '\0')
        return false;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    decoded += c;
  }
  return is_utf8(decoded);
}

} // namespace callboard::http
