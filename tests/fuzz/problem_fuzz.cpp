// Errors on their way out: a code, a detail and fields of any bytes, as a problem document and as an error reply of the
// WebSocket.
//
// Always so: both are JSON in valid UTF-8 and say what was put in, bytes that are no UTF-8 as U+FFFD; an error from
// inside, or about what the caller may not see, brings none of its details out; the answer's head is one header block
// that announces the body's length; a reply's message is at most 512 bytes long.
#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"
#include "adapters/http/wire/centrifuge_json.hpp"
#include "tests/fuzz/encoding.hpp"

using namespace callboard;
using fuzz::as_utf8;
using fuzz::has_text;
using fuzz::require;

namespace {

struct refusal {
  errc code = errc::internal;
  std::string detail;
  std::vector<field_error> fields;
};

refusal read_refusal(fuzz::input& input) {
  refusal made;
  made.code = static_cast<errc>(input.byte() % static_cast<unsigned>(errc::count_));
  made.detail = input.text();
  while (!input.rest().empty() && made.fields.size() < 60) {
    field_error field;
    field.pointer = input.text();
    field.code = input.text();
    field.detail = input.text();
    made.fields.push_back(std::move(field));
  }
  return made;
}

void check_document(const refusal& given, const http::response& answer) {
  const auto& entry = entry_of(given.code == errc::none ? errc::internal : given.code);
  require(answer.status == entry.http_status && answer.content_type == "application/problem+json");
  auto value = fuzz::json_of(answer.content());
  const auto& document = value.as_object();
  require(fuzz::has_number(document, "status", answer.status) && has_text(document, "code", entry.name));
  require(has_text(document, "title", entry.title) && has_text(document, "request_id", "request-1"));
  const bool inside = entry.http_status == 500 || given.code == errc::not_found || given.code == errc::hidden;
  const bool told = !inside && !given.detail.empty();
  require(has_text(document, "detail", told ? as_utf8(given.detail) : std::string{entry.title}));
  const auto* errors = document.if_contains("errors");
  require((errors != nullptr) == (!inside && !given.fields.empty()));
  for (std::size_t i = 0; errors != nullptr && i < given.fields.size(); ++i) {
    const auto& field = errors->as_array().at(i).as_object();
    require(has_text(field, "pointer", as_utf8(given.fields[i].pointer)));
    require(has_text(field, "code", as_utf8(given.fields[i].code)));
    require(has_text(field, "detail", as_utf8(given.fields[i].detail)));
  }
}

void check_reply(const refusal& given, const caf::error& error) {
  static const http::wire::centrifuge_json protocol{"epoch", "version"};
  auto frame = protocol.encode_error(7, error);
  auto value = fuzz::json_of(fuzz::payload_of(*frame));
  const auto& entry = entry_of(given.code == errc::none ? errc::internal : given.code);
  require(fuzz::has_number(value.as_object(), "id", 7));
  const auto& said = value.as_object().at("error").as_object();
  auto message = http::wire::message_of(error);
  require(message.size() <= 512 && message.starts_with(entry.name));
  require(fuzz::has_number(said, "code", entry.websocket_code) && has_text(said, "message", as_utf8(message)));
  require(said.contains("temporary") == entry.temporary);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input input{data, size};
  auto given = read_refusal(input);
  auto error = make_failure(given.code, given.detail, given.fields);
  auto answer = http::problem(error, "request-1");
  check_document(given, answer);
  auto head = http::write_response_head(answer, "request-1", true, true);
  require(head.find("\r\n\r\n") + 4 == head.size());
  require(head.find("\r\nContent-Length: " + std::to_string(answer.content().size()) + "\r\n") != std::string::npos);
  check_reply(given, error);
  return 0;
}
