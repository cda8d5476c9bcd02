#include <iostream>

#include "actors/core/permissions.hpp"
#include "adapters/http/rest/routes.hpp"
#include "bin/callboard/commands.hpp"
#include "messages/messages.hpp"

namespace callboard {

int list_routes() {
  http::router routes;
  http::rest::add_routes(routes, {});
  for (auto& each : routes.routes()) {
    std::string roles;
    for (auto who : {role::guest, role::user, role::admin})
      if (core::may(who, each->needs))
        roles += (roles.empty() ? "" : ",") + to_string(who);
    std::cout << http::to_string(each->method) << "\t" << each->pattern << "\t" << to_string(each->needs) << "\t"
              << (each->needs == permission::none ? "anyone" : roles) << "\n";
  }
  return 0;
}

} // namespace callboard
