#include "adapters/http/response.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

namespace callboard::http {
namespace {

struct phrase {
  unsigned status;
  std::string_view text;
};
constexpr std::array<phrase, 30> phrases{{
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
}};

} // namespace

response& response::with(std::string name, std::string value) {
  auto breaks_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (std::none_of(value.begin(), value.end(), breaks_line))
    headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

response json_response(unsigned status, const boost::json::value& body) {
  return text_response(status, "application/json", boost::json::serialize(body));
}

response no_content() {
  response answer;
  answer.status = 204;
  return answer;
}

response text_response(unsigned status, std::string content_type, std::string body) {
  response answer;
  answer.status = status;
  answer.content_type = std::move(content_type);
  answer.body = std::move(body);
  return answer;
}

std::string_view reason_phrase(unsigned status) {
  auto found = std::find_if(phrases.begin(), phrases.end(), [status](const phrase& p) { return p.status == status; });
  return found == phrases.end() ? std::string_view{"Unknown"} : found->text;
}

} // namespace callboard::http
