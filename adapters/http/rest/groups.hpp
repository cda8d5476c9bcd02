#pragma once

#include "adapters/http/rest/endpoint.hpp"

namespace callboard::http::rest {

/// The routes by subject; each group has its file.
void add_account_routes(router& routes, const shared_options& options);
void add_password_routes(router& routes, const shared_options& options);
void add_session_routes(router& routes, const shared_options& options);
void add_user_routes(router& routes, const shared_options& options);
void add_room_routes(router& routes, const shared_options& options);
void add_member_routes(router& routes, const shared_options& options);
void add_message_routes(router& routes, const shared_options& options);
void add_reminder_routes(router& routes, const shared_options& options);
void add_admin_routes(router& routes, const shared_options& options);
void add_administration_routes(router& routes, const shared_options& options);
void add_cluster_routes(router& routes, const shared_options& options);
void add_analytics_routes(router& routes, const shared_options& options);
void add_operation_routes(router& routes, const shared_options& options);

} // namespace callboard::http::rest
