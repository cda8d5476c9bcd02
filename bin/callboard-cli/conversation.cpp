#include "bin/callboard-cli/conversation.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace callboard::cli {

namespace {

// Codes of protocol errors (docs/protocol.md, section 1).
constexpr std::int64_t error_internal = 100;
constexpr std::int64_t error_already_subscribed = 105;
constexpr std::int64_t error_token_expired = 109;
constexpr std::int64_t error_too_many_requests = 111;
// From these codes on: an unsubscribe asks for another subscribe, a close forbids to come back.
constexpr std::int64_t unsubscribe_resumable = 2500;
constexpr std::int64_t disconnect_final_first = 3500;
constexpr std::int64_t disconnect_final_last = 3999;

occurrence simple(occurrence::kind what, std::string text = {}) {
  return {what, {}, {}, std::move(text), 0};
}

void report_token_life(const json::value& reply, std::vector<occurrence>& out) {
  if (const auto ttl = number_at(reply, "ttl"); flag_at(reply, "expires") && ttl > 0)
    out.push_back({occurrence::kind::token_life, {}, {}, {}, ttl});
}

bool is_temporary(const json::value& error) {
  const auto code = number_at(error, "code");
  return flag_at(error, "temporary") || code == error_internal || code == error_too_many_requests;
}

} // namespace

conversation::conversation(std::int64_t room_id, std::int64_t offset, std::string epoch)
    : room_id_(room_id), channel_("room:" + std::to_string(room_id)), position_(offset), epoch_(std::move(epoch)) {}

void conversation::command(std::string_view name, json::object arguments, std::int64_t& id) {
  id = ++last_id_;
  json::object object;
  object["id"] = id;
  object[name] = std::move(arguments);
  frames_.push_back(json::serialize(object));
}

void conversation::open(std::string_view token) {
  close();
  json::object arguments;
  arguments["token"] = token;
  arguments["name"] = "callboard-cli";
  if (!personal_channel_.empty()) {
    json::object resume;
    resume["recover"] = true;
    resume["offset"] = personal_position_;
    resume["epoch"] = personal_epoch_;
    arguments["subs"] = json::object{{personal_channel_, std::move(resume)}};
  }
  command("connect", std::move(arguments), connect_id_);
}

void conversation::close() {
  frames_.clear();
  last_id_ = connect_id_ = subscribe_id_ = send_id_ = refresh_id_ = 0;
  ping_interval_ = 0;
  joined_ = false;
}

void conversation::subscribe() {
  json::object arguments;
  arguments["channel"] = channel_;
  arguments["recover"] = true;
  arguments["offset"] = position_;
  arguments["epoch"] = epoch_;
  command("subscribe", std::move(arguments), subscribe_id_);
}

void conversation::type(std::string text, std::string key) {
  lines_.push_back({std::move(text), std::move(key)});
  send_next();
}

void conversation::send_next() {
  if (!joined_ || send_id_ != 0 || lines_.empty())
    return;
  json::object data;
  data["room_id"] = room_id_;
  data["text"] = lines_.front().text;
  data["key"] = lines_.front().key;
  json::object arguments;
  arguments["method"] = "message.send";
  arguments["data"] = std::move(data);
  command("rpc", std::move(arguments), send_id_);
}

void conversation::refresh(std::string_view token) {
  json::object arguments;
  arguments["token"] = token;
  command("refresh", std::move(arguments), refresh_id_);
}

std::int64_t conversation::awaited_reply() const {
  std::int64_t oldest = 0;
  for (const auto id : {connect_id_, subscribe_id_, send_id_, refresh_id_})
    if (id != 0 && (oldest == 0 || id < oldest))
      oldest = id;
  return oldest;
}

std::vector<std::string> conversation::take_frames() {
  return std::exchange(frames_, {});
}

std::vector<occurrence> conversation::receive(std::string_view frame) {
  std::vector<occurrence> out;
  while (!frame.empty()) {
    const auto end = frame.find('\n');
    const std::string_view line = frame.substr(0, end);
    frame.remove_prefix(end == std::string_view::npos ? frame.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    const auto object = parse_json(line);
    if (!object || !object->is_object()) {
      out.push_back(simple(occurrence::kind::reconnect));
      return out;
    }
    receive_object(*object, out);
  }
  return out;
}

void conversation::receive_object(const json::value& object, std::vector<occurrence>& out) {
  if (object.as_object().empty()) {
    frames_.emplace_back("{}"); // the answer to a ping
    return;
  }
  const auto id = number_at(object, "id");
  if (id == 0) {
    receive_push(member(object, "push"), out);
  } else if (const json::value& error = member(object, "error"); error.is_object()) {
    receive_error(id, error, out);
  } else if (id == connect_id_) {
    receive_connected(member(object, "connect"), out);
  } else if (id == subscribe_id_) {
    receive_subscribed(member(object, "subscribe"), out);
  } else if (id == send_id_) {
    receive_sent(member(member(object, "rpc"), "data"));
  } else if (id == refresh_id_) {
    refresh_id_ = 0;
    report_token_life(member(object, "refresh"), out);
  }
}

void conversation::receive_error(std::int64_t id, const json::value& error, std::vector<occurrence>& out) {
  const bool temporary = is_temporary(error);
  std::string text = text_at(error, "message");
  if (id == send_id_) {
    send_id_ = 0;
    if (temporary) {
      out.push_back(simple(occurrence::kind::send_later, std::move(text)));
      return;
    }
    out.push_back({occurrence::kind::line_refused, {}, std::move(lines_.front().text), std::move(text), 0});
    lines_.pop_front();
    send_next();
  } else if (number_at(error, "code") == error_token_expired) {
    out.push_back(simple(occurrence::kind::token_expired));
  } else if (id == connect_id_ || id == subscribe_id_ || id == refresh_id_) {
    const bool again = temporary || number_at(error, "code") == error_already_subscribed;
    out.push_back(simple(again ? occurrence::kind::reconnect : occurrence::kind::refused, std::move(text)));
  }
}

void conversation::receive_connected(const json::value& reply, std::vector<occurrence>& out) {
  connect_id_ = 0;
  ping_interval_ = number_at(reply, "ping");
  report_token_life(reply, out);
  if (const auto* subscriptions = member(reply, "subs").if_object())
    for (const auto& [channel, subscription] : *subscriptions)
      if (channel.starts_with("user:")) {
        personal_channel_ = channel;
        personal_epoch_ = text_at(subscription, "epoch");
        if (!flag_at(subscription, "was_recovering"))
          personal_position_ = number_at(subscription, "offset");
        for (const auto& publication : array_at(subscription, "publications"))
          receive_personal(channel, publication, out);
      }
  subscribe();
}

void conversation::receive_subscribed(const json::value& reply, std::vector<occurrence>& out) {
  subscribe_id_ = 0;
  const std::string epoch = text_at(reply, "epoch");
  if (!epoch_.empty() && !epoch.empty() && epoch != epoch_) {
    const auto latest = number_at(reply, "offset");
    const auto fetched = static_cast<std::int64_t>(array_at(reply, "publications").size());
    position_ = latest > fetched ? latest - fetched : 0; // not below, whatever a server says
    own_latest_ = 0;
    out.push_back(simple(occurrence::kind::history_replaced));
  }
  if (!epoch.empty())
    epoch_ = epoch;
  joined_ = true;
  out.push_back(simple(occurrence::kind::joined));
  for (const auto& publication : array_at(reply, "publications"))
    receive_publication(publication, out);
  send_next();
}

void conversation::receive_sent(const json::value& reply) {
  send_id_ = 0;
  own_latest_ = std::max(own_latest_, number_at(reply, "offset"));
  lines_.pop_front();
  send_next();
}

void conversation::receive_push(const json::value& push, std::vector<occurrence>& out) {
  const std::string channel = text_at(push, "channel");
  if (const json::value& disconnect = member(push, "disconnect"); disconnect.is_object()) {
    const auto code = number_at(disconnect, "code");
    const bool final = code >= disconnect_final_first && code <= disconnect_final_last;
    out.push_back(
        simple(final ? occurrence::kind::refused : occurrence::kind::reconnect, text_at(disconnect, "reason")));
  } else if (const json::value& publication = member(push, "pub"); publication.is_object()) {
    if (channel == channel_)
      receive_publication(publication, out);
    else if (channel.starts_with("user:"))
      receive_personal(channel, publication, out);
  } else if (const json::value& gone = member(push, "unsubscribe"); gone.is_object() && channel == channel_) {
    joined_ = false;
    const auto code = number_at(gone, "code");
    if (code == 0 || code >= unsubscribe_resumable)
      subscribe();
    else
      out.push_back(simple(occurrence::kind::removed));
  }
}

void conversation::receive_publication(const json::value& publication, std::vector<occurrence>& out) {
  const auto offset = number_at(publication, "offset");
  if (offset == 0 || offset <= position_)
    return; // not of the log, or seen already
  if (offset != position_ + 1) {
    out.push_back(simple(occurrence::kind::gap));
    return; // offsets have no holes: the next subscription fetches what is missing
  }
  position_ = offset;
  out.push_back({occurrence::kind::event, member(publication, "data"), {}, {}, 0});
}

void conversation::receive_personal(std::string channel, const json::value& publication, std::vector<occurrence>& out) {
  const auto offset = number_at(publication, "offset");
  if (offset != 0 && channel == personal_channel_ && offset <= personal_position_)
    return;
  personal_channel_ = std::move(channel);
  personal_position_ = std::max(personal_position_, offset);
  out.push_back({occurrence::kind::personal, member(publication, "data"), {}, {}, 0});
}

} // namespace callboard::cli
