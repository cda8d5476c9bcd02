#include "adapters/http/head_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "adapters/http/text.hpp"

namespace callboard::http {

std::optional<request_head> parse_head(std::string_view block) {
  boost::beast::http::request_parser<boost::beast::http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(block.size()) + 1);
  parser.skip(true); // the body is not its business
  boost::beast::error_code error;
  auto used = parser.put(boost::asio::buffer(block.data(), block.size()), error);
  if (error || used != block.size() || !parser.is_header_done())
    return std::nullopt;
  const auto& message = parser.get();
  auto text = [](boost::beast::string_view view) { return std::string_view{view.data(), view.size()}; };
  request_head head;
  head.method = parse_method(text(message.method_string()));
  head.target = text(message.target());
  head.version = message.version();
  for (const auto& field : message)
    head.headers.emplace_back(to_lower(text(field.name_string())), text(field.value()));
  return head;
}

} // namespace callboard::http
