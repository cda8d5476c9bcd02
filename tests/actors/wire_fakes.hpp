#pragma once

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/actors/fakes.hpp"

namespace callboard::test {

/// A wire format that a test reads easily: "reply 3 subscribed@5 6,7", "events 6,7", "error 3 hidden".
class text_codec final : public codec {
public:
  shared_bytes encode_reply(std::uint32_t command, const reply& body) const override {
    std::ostringstream out;
    out << "reply " << command << ' ';
    if (auto* subscribed = std::get_if<subscribed_reply>(&body)) {
      out << "subscribed@" << subscribed->position.offset << (subscribed->position.recovered ? " recovered" : "");
      if (!subscribed->publications.empty())
        out << ' ' << list(subscribed->publications.data(), subscribed->publications.size());
    } else if (auto* connected = std::get_if<connected_reply>(&body)) {
      out << "connected@" << connected->position.offset << (connected->position.recovered ? " recovered" : "");
    } else {
      out << "body" << body.index();
    }
    return share(out.str());
  }
  shared_bytes encode_error(std::uint32_t command, const caf::error& error) const override {
    return share("error " + std::to_string(command) + ' ' + to_string(code_of(error)));
  }
  shared_bytes encode_events(room_id, const room_event* first, const room_event* last) const override {
    return share("events " + list(first, static_cast<std::size_t>(last - first)));
  }
  shared_bytes encode_personal(user_id, const std::vector<personal_event>& events) const override {
    return share("personal " + list(events.data(), events.size()));
  }
  shared_bytes encode_session_revoked(user_id, std::string_view reason) const override {
    return share("revoked " + std::string{reason});
  }
  shared_bytes encode_presence_change(room_id, const client_info& who, bool joined) const override {
    return share((joined ? "join " : "leave ") + who.username);
  }
  shared_bytes encode_unsubscribe(room_id, std::uint32_t code, std::string_view) const override {
    return share("unsubscribe " + std::to_string(code));
  }
  std::size_t size_of(const room_event& event) const override { return event.text.size(); }

private:
  static shared_bytes share(std::string text) { return std::make_shared<const std::string>(std::move(text)); }
  template <class Event>
  static std::string list(const Event* events, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
      text += (i > 0 ? "," : "") + std::to_string(events[i].offset);
    return text;
  }
};

/// Records what each connection is sent.
class recording_outlet final : public outlet {
public:
  struct line {
    std::vector<std::string> sent;
    unsigned answers = 0;
    std::size_t pages = 0; // sent, not drained
    int closed_with = 0;
    timestamp expires_at;
  };

  std::uint16_t threads() const override { return 3; }
  void send(connection_ref to, shared_bytes bytes, unsigned answers) override {
    if (bytes)
      at(to).sent.push_back(*bytes);
    at(to).answers += answers;
  }
  void send_page(connection_ref to, shared_bytes bytes, unsigned answers, std::uint64_t) override {
    send(to, std::move(bytes), answers);
    ++at(to).pages;
  }
  void send_each(std::uint16_t thread, std::shared_ptr<const std::vector<connection_ref>> to,
                 shared_bytes bytes) override {
    for (auto& each : *to) {
      CHECK(each.thread == thread);
      send(each, bytes, 0);
    }
  }
  void close(connection_ref to, close_code code, std::string_view) override {
    at(to).closed_with = static_cast<int>(code);
  }
  void set_expiry(connection_ref to, timestamp expires_at) override { at(to).expires_at = expires_at; }

  line& at(connection_ref connection) { return lines_[{connection.thread, connection.slot, connection.generation}]; }

private:
  std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint32_t>, line> lines_;
};

using lines = std::vector<std::string>;

} // namespace callboard::test
