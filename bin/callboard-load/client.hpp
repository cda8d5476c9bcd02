#pragma once

#include "bin/callboard-load/checker.hpp"
#include "bin/callboard-load/clock.hpp"
#include "bin/callboard-load/commands.hpp"
#include "bin/callboard-load/event_loop.hpp"
#include "bin/callboard-load/frame.hpp"
#include "bin/callboard-load/scanner.hpp"
#include "bin/callboard-load/tls_link.hpp"

#include <cstdint>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::load {

/// One channel of a client.
struct subscription {
  std::uint32_t channel;   ///< of the channel table
  bool wanted = true;      ///< subscribe when the connection opens; false: only publish to it
  bool subscribed = false; ///< the server confirmed
  bool recovering = false; ///< the next subscribe asks for what came after checker.position()
  sequence_checker checker;
};

class client;

/// What happens to clients; a mode is made of these.
class client_events {
public:
  virtual ~client_events() = default;

  /// Authenticated, and every wanted channel subscribed. May be called within the first read of a connection.
  virtual void on_ready(client& who) = 0;
  /// A publication of a subscribed channel, judged by its checker; the offset of an ephemeral one is 0.
  virtual void on_publication(client& who, std::uint32_t slot, const publication& what, verdict judged) = 0;
  /// A subscribe was confirmed after the connection was ready, or while it opens; publications recovered with it
  /// follow.
  virtual void on_subscribed(client& who, std::uint32_t slot, const message& reply) = 0;
  /// A subscribe with recovery was answered without; the connection is closed next.
  virtual void on_unrecovered(client& who, std::uint32_t slot) = 0;
  /// A publish or unsubscribe was answered; `reply.code` is 0 or the error.
  virtual void on_answer(client& who, command_kind kind, std::uint32_t slot, const message& reply) = 0;
  /// The connection ended without being asked to; `why` is for people.
  virtual void on_closed(client& who, std::string_view why) = 0;
};

/// What all clients of a process share.
struct client_context {
  event_loop& loop;
  scanner& lines;
  const channel_table& channels;
  client_events& events;
  std::vector<client*>& unsent; ///< clients with commands to flush
  std::vector<char>& buffer;    ///< what is read goes here first; message_reader::padding bytes at its end stay free
  sockaddr_in server{};
  std::string host;                              ///< for the Host header
  std::string target;                            ///< path of the endpoint
  std::string name;                              ///< of the host, as its certificate has it
  std::shared_ptr<ssl_ctx_st> tls;               ///< null: without TLS
  std::vector<std::string> epochs;               ///< of each channel's stream, by channel number
  std::uint64_t mask_state = 0x9e3779b97f4a7c15; ///< of the generator of frame masks
};

/// One WebSocket connection that speaks the protocol. Owned by a crew; single-threaded.
class client final : public io_handler {
public:
  enum class phase { closed, connecting, securing, upgrading, opening, ready };

  /// index: of this client in its crew. token: must outlive the client.
  client(client_context& context, std::uint32_t index, std::string_view token);
  ~client() override;
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Starts to connect from loopback address number `source` (0: the system chooses). False with errno on error.
  bool open(std::uint32_t source);
  /// Ends the connection without a farewell, as a cut cable would. on_closed is not called.
  void cut();
  /// Ends the connection with a close frame. on_closed is not called.
  void leave();

  /// Queue commands; they go out together at the end of the pass of the loop.
  void subscribe(std::uint32_t slot);
  void unsubscribe(std::uint32_t slot);
  void publish(std::uint32_t slot, std::string_view text, std::string_view key) { publish(slot, slot, text, key); }
  /// The same, and its answer comes with `mark` (below 2^28) in place of the slot.
  void publish(std::uint32_t slot, std::uint32_t mark, std::string_view text, std::string_view key);
  /// Sends what is queued. A connection that breaks, or whose server reads too slowly, is closed.
  void flush();

  std::uint32_t index() const { return index_; }
  phase state() const { return phase_; }
  /// Whether the connection, if it ended, ended after it had been ready.
  bool was_ready() const { return was_ready_; }
  /// When open() was last called.
  nanoseconds opened_at() const { return opened_at_; }
  std::vector<subscription>& subscriptions() { return subscriptions_; }
  const std::vector<subscription>& subscriptions() const { return subscriptions_; }

  void on_io(std::uint32_t events) override;

private:
  void on_connected();
  void secure();
  void ask_for_upgrade();
  void on_readable();
  bool on_upgrade(std::string_view& bytes);
  bool on_frame(opcode code, std::string_view payload);
  void on_lines(std::string_view lines);
  void on_message(const message& received);
  void on_reply(const message& reply);
  void deliver(std::uint32_t slot, const publication& published);
  std::uint32_t slot_of_channel(std::uint32_t channel) const;
  void close_socket(bool abortive);
  void lose(std::string_view why);
  void queue();
  void frame_commands();
  void frame_out(opcode code, std::string_view payload);
  void write_out();

  client_context& context_;
  std::string_view token_;
  int socket_ = -1;
  std::unique_ptr<tls_link> tls_; ///< null: without TLS
  std::uint32_t index_;
  phase phase_ = phase::closed;
  nanoseconds opened_at_ = 0;
  bool writable_awaited_ = false;
  bool was_ready_ = false;
  bool unsent_ = false;         ///< listed in context_.unsent
  std::uint8_t unanswered_ = 0; ///< opening: replies still to come
  std::uint32_t last_slot_ = 0; ///< where the last publication belonged
  std::uint32_t queued_commands_ = 0;
  std::vector<subscription> subscriptions_;
  std::string commands_; ///< lines not yet framed
  std::string out_;      ///< frames not yet written
  message_reader reader_;
};

} // namespace callboard::load
