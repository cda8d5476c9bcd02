#include "adapters/http/chunked.hpp"

#include <algorithm>

namespace callboard::http {

chunked_decoder::status chunked_decoder::take_size(char c) {
  if (c == '\r' && digits_ > 0) {
    state_ = state::size_end;
    return status::need_more;
  }
  unsigned value = 0;
  if (c >= '0' && c <= '9')
    value = static_cast<unsigned>(c - '0');
  else if (c >= 'a' && c <= 'f')
    value = static_cast<unsigned>(c - 'a') + 10;
  else if (c >= 'A' && c <= 'F')
    value = static_cast<unsigned>(c - 'A') + 10;
  else
    return status::malformed;
  if (++digits_ > 8)
    return status::malformed;
  remaining_ = remaining_ * 16 + value;
  return status::need_more;
}

chunked_decoder::status chunked_decoder::decode(std::string_view& input, std::string& body) {
  while (!input.empty()) {
    if (state_ == state::data) {
      auto count = std::min<std::uint64_t>(remaining_, input.size());
      body.append(input.substr(0, count));
      input.remove_prefix(count);
      remaining_ -= count;
      if (remaining_ == 0)
        state_ = state::data_cr;
      continue;
    }
    auto c = input.front();
    input.remove_prefix(1);
    switch (state_) {
    case state::size:
      if (auto result = take_size(c); result != status::need_more)
        return result;
      break;
    case state::size_end:
      if (c != '\n')
        return status::malformed;
      if (body.size() + remaining_ > limit_)
        return status::too_large;
      state_ = remaining_ == 0 ? state::last_cr : state::data;
      digits_ = 0;
      break;
    case state::data_cr:
    case state::last_cr:
      if (c != '\r') // after the last chunk: a trailer
        return status::malformed;
      state_ = state_ == state::data_cr ? state::data_lf : state::last_lf;
      break;
    case state::data_lf:
      if (c != '\n')
        return status::malformed;
      state_ = state::size;
      break;
    case state::last_lf:
      if (c != '\n')
        return status::malformed;
      state_ = state::done;
      return status::done;
    case state::data:
    case state::done:
      return status::malformed;
    }
  }
  return status::need_more;
}

} // namespace callboard::http
