#include "adapters/http/rest/routes.hpp"

#include "adapters/http/rest/groups.hpp"

namespace callboard::http::rest {

void add_routes(router& routes, rest_options options) {
  auto shared = std::make_shared<const rest_options>(std::move(options));
  add_account_routes(routes, shared);
  add_password_routes(routes, shared);
  add_session_routes(routes, shared);
  add_user_routes(routes, shared);
  add_room_routes(routes, shared);
  add_member_routes(routes, shared);
  add_message_routes(routes, shared);
  add_reminder_routes(routes, shared);
  add_admin_routes(routes, shared);
  add_administration_routes(routes, shared);
  add_analytics_routes(routes, shared);
  add_cluster_routes(routes, shared);
  add_operation_routes(routes, shared);
}

} // namespace callboard::http::rest
