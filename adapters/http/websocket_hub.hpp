#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/uio.h>

#include "adapters/http/command_decoder.hpp"
#include "adapters/http/edge_counters.hpp"
#include "adapters/http/options.hpp"
#include "adapters/http/outlet_queue.hpp"
#include "adapters/http/readiness.hpp"
#include "adapters/http/websocket_connection.hpp"
#include "messages/wiring.hpp"

namespace callboard::http {

/// All WebSocket connections of one I/O thread, used by that thread alone. Reads go into one buffer of the thread;
/// writes are gathered per connection and flushed once per batch, straight to the socket.
class websocket_hub {
public:
  websocket_hub(std::uint16_t thread, const edge_options& options, const node_services& services,
                const command_decoder& decoder, edge_counters& counters);
  ~websocket_hub();
  websocket_hub(const websocket_hub&) = delete;
  websocket_hub& operator=(const websocket_hub&) = delete;

  /// Takes over a socket after its handshake; `received`: bytes that came behind the request. Closes it if there is
  /// no room.
  void adopt(int socket, client_origin origin, std::string received, connection_ticket ticket);

  /// To be watched for readability; then call `serve_ready`.
  int descriptor() const { return readiness_.descriptor(); }
  void serve_ready();

  /// Carries instructions out, in order. What they send waits for `flush`.
  void execute(std::vector<outlet_item>& items);
  /// Writes to each connection for which something waits, once. `take_more` is called every few writes and may
  /// `execute` what came meanwhile: it goes out in the same write to all that have not had theirs. True if something
  /// waits again.
  bool flush(const std::function<void()>& take_more);

  /// Pings, deadlines, expiry. To be called every `sweep_interval`.
  void sweep();
  std::chrono::milliseconds sweep_interval() const;

  /// From now on connections end, one after the other over `spread`: what was asked on one is still answered, then its
  /// session is told to shut down, and closes it. To be called once.
  void begin_shut_down(std::chrono::milliseconds spread);
  /// Does what is due of it. True: there is more, later.
  bool shut_down_due();
  /// Closes every open connection with this code (the sessions did not do it in time).
  void close_all(close_code code, std::string_view reason);
  /// Ends all connections at once.
  void abandon();

  std::size_t size() const { return size_; }

private:
  static constexpr std::uint32_t chunk_size = 256;

  std::uint32_t take_slot();
  websocket_connection& at(std::uint32_t slot) { return chunks_[slot / chunk_size][slot % chunk_size]; }
  websocket_connection* find(const connection_ref& to);
  static std::uint64_t key_of(std::uint32_t slot, std::uint32_t generation) {
    return (static_cast<std::uint64_t>(generation) << 32) | slot;
  }

  // Receiving (websocket_receive.cpp).
  void receive(std::uint32_t slot);
  void consume(std::uint32_t slot, std::span<char> input);
  void accept_text(std::uint32_t slot, std::string_view frame);
  void admit_messages(std::uint32_t slot, std::vector<command>& commands);
  void accept_close(std::uint32_t slot, std::uint16_t code);
  void pause_or_resume(std::uint32_t slot);

  // Sending (websocket_send.cpp).
  void execute(outlet_item& item);
  void enqueue(std::uint32_t slot, const shared_bytes& bytes, bool exempt);
  void mark_dirty(std::uint32_t slot);
  void flush_dirty();
  void flush_if_dirty(std::uint32_t slot);
  void flush(std::uint32_t slot);
  void queue_drained(std::uint32_t slot);

  // Ending (websocket_hub.cpp).
  void begin_close(std::uint32_t slot, const shared_bytes& frame);
  void begin_close(std::uint32_t slot, std::uint16_t code, std::string_view reason);
  void close_slow(std::uint32_t slot);
  void shut_down(websocket_connection& connection);
  void tell_if_answered(websocket_connection& connection);
  void tell_session(websocket_connection& connection);
  void end(std::uint32_t slot);
  void watch(std::uint32_t slot);

  void sweep(std::uint32_t slot, std::int64_t wall_clock);
  void sweep_open(std::uint32_t slot, std::int64_t wall_clock);
  tick in(std::chrono::milliseconds time) const { return now_ + time.count(); }
  void read_clock();

  const std::uint16_t thread_;
  const edge_options& options_;
  const node_services& services_;
  const command_decoder& decoder_;
  edge_counters& counters_;

  readiness readiness_;
  std::vector<std::unique_ptr<websocket_connection[]>> chunks_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> dirty_; // for whom something waits
  std::vector<std::uint32_t> round_; // of `flush`; those that have not had their turn are dirty
  backlog_pool pool_;
  std::vector<char> buffer_;
  std::vector<iovec> slices_;
  shared_bytes ping_;
  tick now_ = 0;
  std::size_t size_ = 0;

  struct shut_down_progress {
    tick from = never; // never: there is none
    tick to = never;
    std::size_t size = 0;   // how many connections there were
    std::size_t told = 0;   // how many have had their turn
    std::uint32_t next = 0; // the slot to look at
  };
  shut_down_progress shut_down_;
};

} // namespace callboard::http
