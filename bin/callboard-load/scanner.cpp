#include "bin/callboard-load/scanner.hpp"

#include <charconv>

namespace callboard::load {

namespace json = simdjson::ondemand;

namespace {

/// The unsigned number of a field that may be absent; false if it is there and not one.
template <class Unsigned>
bool read_number(json::object& from, std::string_view key, Unsigned& out) {
  std::uint64_t value = 0;
  const auto error = from.find_field_unordered(key).get_uint64().get(value);
  if (error == simdjson::NO_SUCH_FIELD)
    return true;
  out = static_cast<Unsigned>(value);
  return error == simdjson::SUCCESS;
}

bool read_text(json::object& from, std::string_view key, std::string_view& out) {
  const auto error = from.find_field_unordered(key).get_string().get(out);
  return error == simdjson::SUCCESS || error == simdjson::NO_SUCH_FIELD;
}

bool read_object(json::object& from, std::string_view key, json::object& out) {
  return from.find_field_unordered(key).get_object().get(out) == simdjson::SUCCESS;
}

} // namespace

scanner::scanner(const channel_table& channels, std::string run) : channels_(channels), run_(std::move(run) + ":") {}

std::string scanner::text_of(std::uint64_t sequence, std::size_t size) const {
  std::string text = run_ + std::to_string(sequence) + ":";
  if (text.size() < size)
    text.append(size - text.size(), 'x');
  return text;
}

std::uint64_t scanner::sequence_of(std::string_view text) const {
  std::uint64_t sequence = 0;
  if (text.starts_with(run_))
    std::from_chars(text.data() + run_.size(), text.data() + text.size(), sequence);
  return sequence;
}

const message& scanner::parse(std::string_view line) {
  message_.kind = message_kind::malformed;
  if (line == "{}") {
    message_.kind = message_kind::ping;
    return message_;
  }
  json::document document;
  json::object root;
  if (parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING).get(document) !=
          simdjson::SUCCESS ||
      document.get_object().get(root) != simdjson::SUCCESS)
    return message_;
  json::object push;
  const bool is_push = read_object(root, "push", push);
  if (!(is_push ? parse_push(push) : parse_reply(root)))
    message_.kind = message_kind::malformed;
  if (message_.kind == message_kind::publication && message_.published.offset != 0 && line.size() <= longest_kept) {
    memory& slot = memories_[slot_of(message_.published.channel, message_.published.offset)];
    slot.line = line;
    slot.published = message_.published;
  }
  return message_;
}

bool scanner::parse_publication(json::object body, publication& out) const {
  out.offset = 0;
  out.sequence = 0;
  if (!read_number(body, "offset", out.offset))
    return false;
  json::object data;
  std::string_view text;
  if (read_object(body, "data", data) && data.find_field_unordered("text").get_string().get(text) == simdjson::SUCCESS)
    out.sequence = sequence_of(text);
  return true;
}

bool scanner::parse_push(json::object push) {
  std::string_view channel;
  if (!read_text(push, "channel", channel))
    return false;
  const std::uint32_t number = channels_.find(channel);
  message_.kind = message_kind::other;
  json::object body;
  if (read_object(push, "pub", body)) {
    message_.kind = message_kind::publication;
    message_.published.channel = number;
    return parse_publication(body, message_.published);
  }
  const bool unsubscribe = read_object(push, "unsubscribe", body);
  if (unsubscribe || read_object(push, "disconnect", body)) {
    message_.kind = unsubscribe ? message_kind::unsubscribe : message_kind::disconnect;
    message_.channel = number;
    message_.code = 0;
    message_.reason = {};
    return read_number(body, "code", message_.code) && read_text(body, "reason", message_.reason);
  }
  return true;
}

bool scanner::parse_reply(json::object reply) {
  message_.kind = message_kind::reply;
  message_.id = 0;
  message_.code = 0;
  message_.reason = {};
  message_.offset = 0;
  message_.epoch = {};
  message_.recovered = false;
  message_.publications.clear();
  if (!read_number(reply, "id", message_.id) || message_.id == 0)
    return false;
  json::object body;
  if (read_object(reply, "error", body))
    return read_number(body, "code", message_.code) && message_.code != 0 &&
           read_text(body, "message", message_.reason);
  if (!read_object(reply, "subscribe", body))
    return true;
  if (!read_number(body, "offset", message_.offset) || !read_text(body, "epoch", message_.epoch))
    return false;
  const auto recovered = body.find_field_unordered("recovered").get_bool().get(message_.recovered);
  if (recovered != simdjson::SUCCESS && recovered != simdjson::NO_SUCH_FIELD)
    return false;
  json::array list;
  if (body.find_field_unordered("publications").get_array().get(list) != simdjson::SUCCESS)
    return true;
  for (auto element : list) {
    json::object item;
    publication published;
    if (element.get_object().get(item) != simdjson::SUCCESS || !parse_publication(item, published))
      return false;
    message_.publications.push_back(published);
  }
  return true;
}

} // namespace callboard::load
