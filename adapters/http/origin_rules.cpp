#include "adapters/http/origin_rules.hpp"

#include <algorithm>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

/// Host and port of an origin; empty if it has no web scheme ("null", "file://").
std::string_view authority_of(std::string_view origin) {
  for (std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme))
      return origin.substr(scheme.size());
  return {};
}

} // namespace

origin_rules::origin_rules(std::vector<std::string> allowed, bool https_only)
    : allowed_{std::move(allowed)}, https_only_{https_only} {
  for (auto& origin : allowed_) {
    origin = to_lower(origin);
    while (origin.ends_with('/'))
      origin.pop_back();
  }
}

bool origin_rules::is_own(const request_head& head, std::string_view origin) const {
  if (https_only_ && !origin.starts_with("https://"))
    return false;
  auto authority = authority_of(origin);
  return !authority.empty() && equal_ignoring_case(authority, head.header("host"));
}

bool origin_rules::is_allowed(std::string_view origin) const {
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [origin](const std::string& known) { return equal_ignoring_case(known, origin); });
}

bool origin_rules::may_connect(const request_head& head) const {
  auto origin = head.header("origin");
  return origin.empty() || is_own(head, origin) || is_allowed(origin);
}

bool origin_rules::is_same_site(const request_head& head) const {
  auto site = head.header("sec-fetch-site");
  auto origin = head.header("origin");
  if (!site.empty())
    return site == "same-origin" || (!origin.empty() && is_allowed(origin));
  return !origin.empty() && (is_own(head, origin) || is_allowed(origin));
}

void origin_rules::add_cors(const request_head& head, response& answer) const {
  if (allowed_.empty())
    return;
  answer.with("Vary", "Origin");
  auto origin = head.header("origin");
  if (origin.empty() || !is_allowed(origin))
    return;
  answer.with("Access-Control-Allow-Origin", std::string{origin});
  answer.with("Access-Control-Allow-Credentials", "true");
  answer.with("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
}

bool origin_rules::is_preflight(const request_head& head) {
  return head.method == method::options && !head.header("origin").empty() &&
         !head.header("access-control-request-method").empty();
}

response origin_rules::answer_preflight(const request_head& head, std::string_view allow) const {
  auto answer = no_content();
  if (!is_allowed(head.header("origin"))) {
    answer.status = 403;
    return answer;
  }
  answer.with("Access-Control-Allow-Methods", std::string{allow});
  answer.with("Access-Control-Allow-Headers",
              "Authorization, Content-Type, Idempotency-Key, Traceparent, X-Request-Id");
  answer.with("Access-Control-Max-Age", "600");
  return answer;
}

} // namespace callboard::http
