#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <caf/expected.hpp>
#include <caf/optional.hpp>

#include "adapters/http/ask.hpp"
#include "adapters/http/problem.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/rest/routes.hpp"
#include "adapters/http/router.hpp"
#include "adapters/http/wire/views.hpp"

namespace callboard::http::rest {

/// What handlers share.

using answer = boost::asio::awaitable<response>;
using endpoint = answer (*)(request_context& request, const rest_options& options);
using shared_options = std::shared_ptr<const rest_options>;

constexpr std::size_t max_message_body = 64 * 1024;  // 4,096 code points, escaped
constexpr std::size_t max_members_body = 512 * 1024; // 10,000 names

/// Adds a route whose handler is `run`. The handler holds the options as long as the route lives. What is below
/// /admin/ is seen from the operators' networks alone (security.md, Nodes).
void add(router& routes, const shared_options& options, method verb, std::string pattern, permission needs,
         body_rule body, endpoint run, std::size_t max_body_bytes = 0);

/// The problem document of a refusal.
response refuse(const request_context& request, const caf::error& error);

/// A JSON answer of what `write` puts.
template <class Write>
response answer_json(unsigned status, Write write) {
  return text_response(status, "application/json", wire::json_of(write));
}

/// Asks the store.
template <class Query>
boost::asio::awaitable<caf::expected<typename Query::result>> ask_store(request_context& request,
                                                                        const rest_options& options, Query& query) {
  return ask<typename Query::result>(request.services().store, options.deadline, query);
}

/// The answer to a question for a page of the store: its items as `write` puts each, and where it goes on. `query` is
/// the caller's variable, since g++ 12 must not make it inside a co_await expression.
template <class Query, class Write>
answer answer_page(request_context& request, const rest_options& options, Query& query, Write write) {
  auto found = co_await ask_store(request, options, query);
  if (!found)
    co_return refuse(request, found.error());
  co_return answer_json(200,
                        [&](wire::json_writer& json) { wire::write_page(json, found->items, found->next, write); });
}

/// Asks the room, user or reminder that a request is addressed to, wherever it lives.
template <class Result, class Message>
boost::asio::awaitable<caf::expected<Result>> ask_owner(request_context& request, const rest_options& options,
                                                        Message& message) {
  return ask<Result>(request.services().placement, options.deadline, message);
}

/// `?limit=&cursor=` of a list.
struct page_request {
  std::uint32_t limit = 50; // 1 to 200
  std::string cursor;
};
caf::expected<page_request> read_page(const request_context& request);

/// The body of a route that may go without one.
caf::expected<boost::json::object> read_optional_body(const request_context& request);

/// The `Idempotency-Key` header, if there is one. Errors: `bad_request` unless it is 1 to 255 printable ASCII
/// characters.
caf::expected<caf::optional<std::string>> read_idempotency_key(request_context& request);

/// The claim of a request with that header: its body is compared in a canonical form.
caf::expected<caf::optional<idempotency_claim>> read_idempotency(request_context& request, std::string route,
                                                                 const boost::json::object& body);

/// Says that the answer is the one of an earlier request with the same `Idempotency-Key`.
void tell_replayed(response& made);

timestamp now();

} // namespace callboard::http::rest
