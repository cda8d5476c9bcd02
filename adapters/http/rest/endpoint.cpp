#include "adapters/http/rest/endpoint.hpp"

#include <algorithm>
#include <chrono>

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/http/rest/canonical_json.hpp"

namespace callboard::http::rest {
namespace {

constexpr std::uint64_t default_page = 50;
constexpr std::uint64_t max_page = 200;
constexpr std::size_t max_cursor_bytes = 200;
constexpr std::size_t max_idempotency_key = 255;
constexpr std::string_view administration = "/admin/";
constexpr std::string_view idempotency_header = "idempotency-key";

} // namespace

void add(router& routes, const shared_options& options, method verb, std::string pattern, permission needs,
         body_rule body, endpoint run, std::size_t max_body_bytes) {
  auto call = [options, run](request_context& request) { return run(request, *options); };
  route entry{verb, std::move(pattern), needs, body, max_body_bytes, std::move(call)};
  if (entry.pattern.starts_with(administration))
    entry.is_seen_from = [options](std::string_view address) { return options->operators.contain(address); };
  routes.add(std::move(entry));
}

response refuse(const request_context& request, const caf::error& error) {
  return problem(error, request.request_id());
}

caf::expected<page_request> read_page(const request_context& request) {
  auto limit = request.query_number("limit", default_page, 1, max_page);
  if (!limit)
    return limit.error();
  auto cursor = request.query("cursor").value_or(std::string{});
  if (cursor.size() > max_cursor_bytes)
    return make_failure(errc::validation_failed, "The cursor is not one of ours",
                        {{"/cursor", "length", "is longer than any cursor"}});
  return page_request{static_cast<std::uint32_t>(*limit), std::move(cursor)};
}

caf::expected<boost::json::object> read_optional_body(const request_context& request) {
  if (request.body().empty())
    return boost::json::object{};
  return request.json();
}

caf::expected<caf::optional<std::string>> read_idempotency_key(request_context& request) {
  const auto& headers = request.head().headers;
  auto found = std::find_if(headers.begin(), headers.end(),
                            [](const auto& header) { return header.first == idempotency_header; });
  if (found == headers.end())
    return caf::optional<std::string>{};
  const auto& key = found->second;
  if (key.empty() || key.size() > max_idempotency_key ||
      !std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return make_failure(errc::bad_request, "Idempotency-Key must be 1 to 255 printable ASCII characters");
  return caf::optional<std::string>{key};
}

caf::expected<caf::optional<idempotency_claim>> read_idempotency(request_context& request, std::string route,
                                                                 const boost::json::object& body) {
  auto key = read_idempotency_key(request);
  if (!key)
    return key.error();
  if (!*key)
    return caf::optional<idempotency_claim>{};
  auto hash = crypto::base64url_encode(crypto::sha256(canonical_json(body)));
  return caf::optional<idempotency_claim>{idempotency_claim{std::move(route), std::move(**key), std::move(hash)}};
}

void tell_replayed(response& made) {
  made.with("Idempotent-Replayed", "true");
}

timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

} // namespace callboard::http::rest
