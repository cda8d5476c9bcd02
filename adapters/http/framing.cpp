#include "adapters/http/framing.hpp"

#include <algorithm>
#include <array>

#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

constexpr std::size_t max_fields = 100;

bool is_token_char(unsigned char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return true;
  return std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"-._~:[]"}.find(c) != std::string_view::npos;
  });
}

/// Origin form only: a path, perhaps a query, in visible ASCII and without a fragment; `*` for OPTIONS.
bool is_target(std::string_view method, std::string_view target) {
  if (target == "*")
    return method == "OPTIONS";
  // "//host" would be taken for an authority by whoever resolves it as a reference.
  if (target.empty() || target.front() != '/' || target.starts_with("//"))
    return false;
  return std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

/// Fields that must not come twice: two readers might each take another one.
constexpr std::array<std::string_view, 13> single_fields{
    "host",   "content-length",  "transfer-encoding", "content-type",      "authorization",         "origin", "cookie",
    "expect", "idempotency-key", "sec-fetch-site",    "sec-websocket-key", "sec-websocket-version", "upgrade"};

class examiner {
public:
  framing examine(std::string_view block);

private:
  void refuse(std::string_view reason, unsigned status = 400) {
    if (result_.refusal == 0) {
      result_.refusal = status;
      result_.reason = reason;
    }
  }
  void request_line(std::string_view line);
  void field(std::string_view line);
  void known_field(std::string_view name, std::string_view value);
  void connection(std::string_view value);
  void content_length(std::string_view value);
  bool repeated(std::string_view name);

  framing result_;
  std::array<bool, single_fields.size()> seen_{};
  bool has_length_ = false;
  bool has_encoding_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
};

void examiner::request_line(std::string_view line) {
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return refuse("The request line is malformed");
  auto method = line.substr(0, first);
  auto target = line.substr(first + 1, last - first - 1);
  auto version = line.substr(last + 1);
  if (!is_token(method))
    return refuse("The method is malformed");
  if (!is_target(method, target))
    return refuse("The request target must be a path");
  if (version == "HTTP/1.1") {
    result_.version = 11;
  } else if (version == "HTTP/1.0") {
    result_.version = 10;
  } else if (version.size() == 8 && version.starts_with("HTTP/")) {
    refuse("The HTTP version is not supported", 505);
  } else {
    refuse("The HTTP version is malformed");
  }
}

bool examiner::repeated(std::string_view name) {
  for (std::size_t i = 0; i < single_fields.size(); ++i) {
    if (equal_ignoring_case(name, single_fields[i])) {
      auto before = seen_[i];
      seen_[i] = true;
      return before;
    }
  }
  return false;
}

void examiner::content_length(std::string_view value) {
  has_length_ = true;
  if (value.empty() || value.size() > 18)
    return refuse("Content-Length must be a plain number");
  for (auto c : value) {
    if (c < '0' || c > '9')
      return refuse("Content-Length must be a plain number");
    result_.content_length = result_.content_length * 10 + static_cast<std::uint64_t>(c - '0');
  }
}

void examiner::connection(std::string_view value) {
  for_each_item(value, [this](std::string_view item) {
    says_close_ = says_close_ || equal_ignoring_case(item, "close");
    says_keep_alive_ = says_keep_alive_ || equal_ignoring_case(item, "keep-alive");
    // Naming a framing field here asks an intermediary to drop it.
    if (equal_ignoring_case(item, "host") || equal_ignoring_case(item, "content-length") ||
        equal_ignoring_case(item, "transfer-encoding"))
      refuse("Connection names a field that frames the request");
  });
}

void examiner::known_field(std::string_view name, std::string_view value) {
  if (equal_ignoring_case(name, "content-length")) {
    content_length(value);
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    has_encoding_ = true;
    if (value != "chunked")
      refuse("Transfer-Encoding must be chunked");
  } else if (equal_ignoring_case(name, "trailer")) {
    refuse("Trailers are not accepted");
  } else if (equal_ignoring_case(name, "host")) {
    if (!is_host(value))
      refuse("Host is malformed");
  } else if (equal_ignoring_case(name, "connection")) {
    connection(value);
  } else if (equal_ignoring_case(name, "expect")) {
    if (!equal_ignoring_case(value, "100-continue"))
      return refuse("This expectation cannot be met", 417);
    result_.expects_continue = true;
  }
}

void examiner::field(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t')
    return refuse("Folded header lines are not accepted");
  auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return refuse("A header line has no colon");
  auto name = line.substr(0, colon);
  if (!is_token(name))
    return refuse("A header name is malformed");
  auto value = trim(line.substr(colon + 1));
  if (!is_value(value))
    return refuse("A header value has control characters");
  if (repeated(name))
    return refuse("A header that must be single is repeated");
  known_field(name, value);
}

framing examiner::examine(std::string_view block) {
  if (!block.ends_with("\r\n\r\n")) {
    refuse("The header is not ended");
    return result_;
  }
  block.remove_suffix(2);
  std::size_t fields = 0;
  for (bool first = true; !block.empty() && result_.refusal == 0; first = false) {
    auto end = block.find("\r\n");
    auto line = block.substr(0, end);
    block.remove_prefix(end + 2);
    if (line.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos)
      refuse("A line holds a bare CR, LF or NUL");
    else if (first)
      request_line(line);
    else if (line.empty())
      refuse("An empty line within the header");
    else if (++fields > max_fields)
      refuse("Too many header fields", 431);
    else
      field(line);
  }
  if (result_.refusal != 0)
    return result_;
  if (!seen_[0])
    refuse("Host is missing");
  if (has_encoding_ && has_length_)
    refuse("Transfer-Encoding and Content-Length exclude each other");
  if (has_encoding_ && result_.version < 11)
    refuse("Transfer-Encoding needs HTTP/1.1");
  if (has_encoding_)
    result_.body = body_framing::chunked;
  else if (result_.content_length > 0)
    result_.body = body_framing::length;
  result_.keep_alive = result_.version >= 11 ? !says_close_ : says_keep_alive_ && !says_close_;
  result_.expects_continue = result_.expects_continue && result_.version >= 11;
  return result_;
}

} // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

framing check_framing(std::string_view block) {
  return examiner{}.examine(block);
}

} // namespace callboard::http
