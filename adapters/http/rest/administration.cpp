#include <algorithm>
#include <limits>

#include <boost/json/parse.hpp>

#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/form.hpp"
#include "adapters/http/wire/times.hpp"

// Accounts and the audit log, for admins.

namespace callboard::http::rest {
namespace {

constexpr std::size_t max_type_bytes = 64;

caf::error bad_parameter(const char* name, std::string sentence) {
  return make_failure(errc::validation_failed, {}, {{std::string{"/"} + name, "format", std::move(sentence)}});
}

void write_account(wire::json_writer& json, const account_view& account) {
  json.begin_object();
  json.number("id", number_of(account.user.id));
  json.text("username", account.user.username);
  json.text("full_name", account.user.full_name);
  json.text("email", account.user.email);
  json.text("role", to_string(account.user.role));
  json.boolean("disabled", account.disabled);
  if (account.locked_until > now())
    json.time("locked_until", account.locked_until);
  else
    json.null("locked_until");
  json.time("created_at", account.user.created_at);
  json.end_object();
}

void write_person(wire::json_writer& json, std::string_view name, user_id user, const std::string& username) {
  if (user == user_id{})
    return json.null(name);
  json.begin_object(name);
  json.number("id", number_of(user));
  json.text("username", username);
  json.end_object();
}

/// The names of fields are written by this program; a key is written as it is.
bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

void write_entry(wire::json_writer& json, const audit_entry& entry) {
  json.begin_object();
  json.number("id", entry.id);
  json.text("type", entry.type);
  json.time("created_at", entry.created_at);
  write_person(json, "actor", entry.actor, entry.actor_name);
  write_person(json, "subject", entry.subject, entry.subject_name);
  json.begin_object("detail");
  boost::json::error_code failure;
  auto detail = boost::json::parse(entry.detail, failure);
  if (!failure && detail.is_object())
    for (auto& [name, value] : detail.as_object())
      if (value.is_string() && is_plain({name.data(), name.size()})) {
        json.key({name.data(), name.size()});
        json.text(std::string_view{value.as_string()});
      }
  json.end_object();
  json.text("address", entry.address);
  json.end_object();
}

caf::expected<list_accounts> read_account_filter(const request_context& request) {
  auto page = read_page(request);
  if (!page)
    return page.error();
  list_accounts wanted;
  wanted.query = request.query("query").value_or(std::string{});
  wanted.limit = page->limit;
  wanted.cursor = std::move(page->cursor);
  if (auto text = request.query("role")) {
    role named{};
    if (!from_string(*text, named))
      return bad_parameter("role", "must be guest, user or admin");
    wanted.role = named;
  }
  if (auto text = request.query("disabled")) {
    if (*text != "true" && *text != "false")
      return bad_parameter("disabled", "must be true or false");
    wanted.disabled = *text == "true";
  }
  return wanted;
}

answer show_accounts(request_context& request, const rest_options& options) {
  auto wanted = read_account_filter(request);
  if (!wanted)
    co_return refuse(request, wanted.error());
  co_return co_await answer_page(request, options, *wanted, write_account);
}

answer change_account(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_change_access wanted;
  wanted.who = request.caller();
  wanted.user = user_id{*id};
  wanted.origin = request.origin();
  if (auto text = fields.text("role")) {
    role named{};
    if (!from_string(*text, named) || named == role::guest)
      fields.refuse("/role", "value", "must be user or admin");
    wanted.role = named;
  }
  if (auto disabled = fields.boolean("disabled"))
    wanted.disabled = *disabled;
  if (!fields.has("role") && !fields.has("disabled"))
    fields.refuse("", "required", "role or disabled must be given");
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto changed = co_await ask<account_view>(request.services().auth, options.deadline, wanted);
  if (!changed)
    co_return refuse(request, changed.error());
  co_return answer_json(200, [&](wire::json_writer& json) { write_account(json, *changed); });
}

caf::expected<list_audit> read_audit_filter(const request_context& request) {
  auto page = read_page(request);
  if (!page)
    return page.error();
  list_audit wanted;
  wanted.limit = page->limit;
  wanted.cursor = std::move(page->cursor);
  auto user = request.query_number("user", 0, 1, std::numeric_limits<std::int64_t>::max());
  if (!user)
    return user.error();
  wanted.user = user_id{static_cast<std::int64_t>(*user)};
  wanted.type = request.query("type").value_or(std::string{});
  if (wanted.type.size() > max_type_bytes)
    return bad_parameter("type", "is longer than any type");
  for (auto [name, target] : {std::pair{"from", &wanted.from}, std::pair{"to", &wanted.to}})
    if (auto text = request.query(name)) {
      auto time = wire::parse_time(*text);
      if (!time)
        return bad_parameter(name, "must be a time like 2026-05-01T12:00:00.000Z");
      *target = *time;
    }
  return wanted;
}

answer show_audit(request_context& request, const rest_options& options) {
  auto wanted = read_audit_filter(request);
  if (!wanted)
    co_return refuse(request, wanted.error());
  co_return co_await answer_page(request, options, *wanted, write_entry);
}

} // namespace

void add_administration_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/admin/users", permission::manage_users, body_rule::none, show_accounts);
  add(routes, options, method::patch, "/admin/users/{id}", permission::manage_users, body_rule::required,
      change_account);
  add(routes, options, method::get, "/admin/audit", permission::read_audit, body_rule::none, show_audit);
}

} // namespace callboard::http::rest
