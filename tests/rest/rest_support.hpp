#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/http/origin_rules.hpp"
#include "adapters/http/request.hpp"

namespace callboard::http::rest::test {

/// A request as a handler gets it, without a server.
struct made_request {
  made_request(std::vector<std::pair<std::string, std::string>> headers, std::string query = {}, std::string body = {})
      : context{environment(), head_with(std::move(headers)), "request-1", {"127.0.0.1", "test", {}}} {
    context.set_path("/", std::move(query));
    context.set_body(std::move(body));
  }

  request_context context;

private:
  static const request_environment& environment() {
    static const node_services services;
    static const edge_options options;
    static const origin_rules origins{{"https://chat.example.com"}};
    static const request_environment shared{&services, &options, &origins, nullptr};
    return shared;
  }
  static request_head head_with(std::vector<std::pair<std::string, std::string>> headers) {
    request_head head;
    head.method = method::post;
    head.target = "/";
    head.headers = std::move(headers);
    return head;
  }
};

} // namespace callboard::http::rest::test
