#pragma once

#include "bin/callboard-cli/json.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::cli {

/// Something that happened in a conversation and that its driver shows or acts on.
struct occurrence {
  enum class kind {
    joined,           ///< the subscription stands
    history_replaced, ///< the server's epoch changed: offsets start anew
    event,            ///< `event` is to be shown: an event of the room
    personal,         ///< `event` is to be shown: an event of the user's own channel
    line_refused,     ///< the server refused a typed line for good: `line`, `text`
    send_later,       ///< the server asks to send the line again after a while
    token_expired,    ///< the connection needs a fresh access token
    token_life,       ///< the connection wants a fresh access token in `seconds`
    gap,              ///< events are missing: the next connection fetches them
    reconnect,        ///< this connection is of no more use: `text` says why, if the server said
    removed,          ///< the user is no longer in the room
    refused           ///< the server refuses for good: `text`
  };
  kind what;
  json::value event;
  std::string line;
  std::string text;
  std::int64_t seconds = 0;
};

/// One room followed and written to over the Centrifuge protocol (JSON, version 2), through any number of connections,
/// with each event of the room once and in order and each typed line stored once. A pure state machine: the driver
/// carries frames and shows occurrences. Lines go out one at a time, so that their order holds whatever is repeated.
class conversation {
public:
  /// Follows the room after `offset` of the log known by `epoch` (both from the REST history).
  conversation(std::int64_t room_id, std::int64_t offset, std::string epoch);

  /// Begins a connection: the first frame is the `connect` command with the access token.
  void open(std::string_view token);

  /// The connection is gone; what was not acknowledged is sent again on the next one, with the same key.
  void close();

  /// Takes one text frame (one or more JSON objects separated by line feeds).
  std::vector<occurrence> receive(std::string_view frame);

  /// Queues a line to be sent under a client key that no other line has.
  void type(std::string text, std::string key);

  /// Sends the first waiting line if nothing hinders; called by the driver after `send_later`.
  void send_next();

  /// Sends the `refresh` command with a new access token.
  void refresh(std::string_view token);

  /// The frames to send now, in order.
  std::vector<std::string> take_frames();
  bool has_frames() const { return !frames_.empty(); }

  /// Lines typed and not yet acknowledged.
  std::size_t unacknowledged() const { return lines_.size(); }
  /// Whether everything typed was acknowledged (or refused) and came back as an event.
  bool settled() const { return lines_.empty() && position_ >= own_latest_; }
  /// Id of the oldest command that waits for its reply, 0 for none; it changes with every reply.
  std::int64_t awaited_reply() const;
  bool joined() const { return joined_; }

  /// Seconds between the server's pings, 0 if it sends none.
  std::int64_t ping_interval() const { return ping_interval_; }
  /// Offset of the last event shown.
  std::int64_t position() const { return position_; }

private:
  struct waiting_line {
    std::string text;
    std::string key;
  };

  void command(std::string_view name, json::object arguments, std::int64_t& id);
  void subscribe();
  void receive_object(const json::value& object, std::vector<occurrence>& out);
  void receive_error(std::int64_t id, const json::value& error, std::vector<occurrence>& out);
  void receive_connected(const json::value& reply, std::vector<occurrence>& out);
  void receive_subscribed(const json::value& reply, std::vector<occurrence>& out);
  void receive_sent(const json::value& reply);
  void receive_push(const json::value& push, std::vector<occurrence>& out);
  void receive_publication(const json::value& publication, std::vector<occurrence>& out);
  void receive_personal(std::string channel, const json::value& publication, std::vector<occurrence>& out);

  std::int64_t room_id_;
  std::string channel_;
  std::int64_t position_;
  std::string epoch_;
  std::int64_t own_latest_ = 0; ///< offset of the last own line acknowledged

  std::string personal_channel_;
  std::int64_t personal_position_ = 0;
  std::string personal_epoch_;

  std::deque<waiting_line> lines_;
  std::vector<std::string> frames_;
  std::int64_t last_id_ = 0;
  std::int64_t connect_id_ = 0;
  std::int64_t subscribe_id_ = 0;
  std::int64_t send_id_ = 0;
  std::int64_t refresh_id_ = 0;
  std::int64_t ping_interval_ = 0;
  bool joined_ = false;
};

} // namespace callboard::cli
