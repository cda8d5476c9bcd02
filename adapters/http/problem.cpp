#include "adapters/http/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

// Boost.JSON writes a text's bytes as they are: what is no UTF-8 would make the document no JSON.
boost::json::string clean(std::string_view text) {
  return boost::json::string{as_utf8(text)};
}

response make_problem(unsigned status, std::string_view code, std::string_view title, std::string_view detail,
                      const std::vector<field_error>& fields, std::string_view request_id) {
  boost::json::object document;
  document["type"] = "urn:callboard:problem:" + std::string{code};
  document["title"] = clean(title);
  document["status"] = status;
  document["detail"] = clean(detail.empty() ? title : detail);
  document["code"] = clean(code);
  document["request_id"] = clean(request_id);
  if (!fields.empty()) {
    boost::json::array errors;
    for (const auto& field : fields)
      errors.push_back(
          {{"pointer", clean(field.pointer)}, {"code", clean(field.code)}, {"detail", clean(field.detail)}});
    document["errors"] = std::move(errors);
  }
  return text_response(status, "application/problem+json", boost::json::serialize(document));
}

/// What a client is told to wait: a rate's window is longer than a busy moment.
std::string_view seconds_to_wait(errc code) {
  return code == errc::too_many_requests ? "5" : "1";
}

} // namespace

response problem(const caf::error& error, std::string_view request_id) {
  auto code = code_of(error);
  auto context = context_of(error);
  const auto& entry = entry_of(code == errc::none ? errc::internal : code);
  // What went wrong inside is for the log; the caller has the request id.
  // Nor does it learn whether there is something that it may not see.
  if (entry.http_status == 500 || code == errc::not_found || code == errc::hidden)
    context = {};
  auto answer = make_problem(entry.http_status, entry.name, entry.title, context.detail, context.fields, request_id);
  answer.refusal = code;
  if (entry.http_status == 429 || entry.http_status == 503)
    answer.with("Retry-After", std::string{seconds_to_wait(code)});
  if (entry.http_status == 401)
    answer.with("WWW-Authenticate", "Bearer");
  return answer;
}

response problem(errc code, std::string_view detail, std::string_view request_id) {
  return problem(make_failure(code, std::string{detail}), request_id);
}

response plain_problem(unsigned status, std::string_view code, std::string_view title, std::string_view request_id) {
  return make_problem(status, code, title, {}, {}, request_id);
}

} // namespace callboard::http
