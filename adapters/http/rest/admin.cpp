#include "adapters/http/rest/groups.hpp"

namespace callboard::http::rest {
namespace {

answer list_caught_mail(request_context& request, const rest_options& options) {
  auto page = read_page(request);
  if (!page)
    co_return refuse(request, page.error());
  list_mail wanted{page->limit, std::move(page->cursor)};
  co_return co_await answer_page(request, options, wanted, wire::write_mail);
}

} // namespace

void add_admin_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/admin/mail", permission::read_caught_mail, body_rule::none, list_caught_mail);
}

} // namespace callboard::http::rest
