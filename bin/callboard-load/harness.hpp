#pragma once

#include "bin/callboard-load/client.hpp"
#include "bin/callboard-load/endpoint.hpp"
#include "bin/callboard-load/faults.hpp"
#include "bin/callboard-load/options.hpp"
#include "bin/callboard-load/population.hpp"
#include "bin/callboard-load/progress.hpp"
#include "bin/callboard-load/report.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace callboard::load {

/// What every mode stands on: the clients, the loop that drives them, opening with bounded concurrency, waiting with
/// a deadline, and the faults seen. A mode derives from it and says what its clients do.
class harness : public client_events {
public:
  harness(const options& given, const endpoint& server, population people);

  /// Runs the mode; the figures, or why there are none.
  virtual outcome<report> run() = 0;

protected:
  /// The start of a measured span.
  struct snapshot {
    nanoseconds at;
    double own_cpu;
    std::optional<double> server_cpu;
    std::uint64_t done;
  };

  /// Adds a client that uses token `user`; returns its index. `wanted`: subscribe when it opens.
  std::uint32_t add_client(std::uint32_t user, std::vector<std::uint32_t> channels, bool wanted = true);
  /// Opens these clients, at most `--concurrency` at one time; ends when all are ready.
  std::optional<failure> open_all(const std::vector<std::uint32_t>& indexes);
  /// The same without waiting; `opening()` tells when all are ready.
  void begin_opening(const std::vector<std::uint32_t>& indexes);
  bool opening() const { return in_opening_ != 0 || !to_open_.empty(); }
  /// All clients there are.
  std::vector<std::uint32_t> everyone() const;

  /// Drives the loop until `done()`, at most until the clock reads `until` if that is not 0. A failure if the server
  /// cannot be used, if a fault was seen, or if `--timeout` passes without progress; `waiting_for` names what for.
  std::optional<failure> wait(const std::function<bool()>& done, const char* waiting_for, nanoseconds until = 0);
  /// Drives the loop once, at most until `until`, and sends what clients queued.
  void pump(nanoseconds until);
  /// Why the run cannot go on, if so. Faults end a run a moment after the first, so that lost and late can be
  /// told.
  std::optional<failure> broken() const;
  /// Counts towards progress: deliveries, answers, connections.
  void progressed(std::uint64_t count = 1) { done_ += count; }

  /// Whether this is a message of the run, at the offset that its sequence implies: in a room that only this run writes
  /// to, both rise together, so that a message stored twice or in another order shows. Otherwise that is recorded.
  bool expected(const publication& what) {
    if (what.sequence != 0 && what.sequence + bases_[what.channel] == what.offset) [[likely]]
      return true;
    return learn(what);
  }
  /// Records what a verdict other than in_order means.
  void blame(const client& who, std::uint32_t slot, const publication& what, verdict judged);
  /// Records a refused command.
  void blame(const client& who, std::uint32_t slot, const message& refusal);
  /// A failure if a subscriber of `slot` 0 among these has offsets missing.
  std::optional<failure> missing_offsets(const std::vector<std::uint32_t>& indexes);

  snapshot take_snapshot(std::uint64_t done) const;
  /// Adds mode, connections, seconds, rates and CPU of the span to `to`; `what` is the key of what `done` counts.
  void add_span(report& to, const snapshot& from, const snapshot& to_end, const std::string& what) const;

  void on_ready(client& who) override;
  void on_subscribed(client& who, std::uint32_t slot, const message& reply) override;
  void on_unrecovered(client& who, std::uint32_t slot) override;
  void on_answer(client& who, command_kind kind, std::uint32_t slot, const message& reply) override;
  void on_closed(client& who, std::string_view why) override;

  const options& given_;
  const population people_;
  channel_table channels_;
  scanner lines_;
  std::deque<client> clients_;
  fault_log faults_;
  progress progress_;
  std::uint64_t done_ = 0;
  bool reconnecting_ = false; ///< a refused or lost connection is opened again instead of ending the run

private:
  void open_some();
  bool learn(const publication& what);

  static constexpr std::uint64_t no_base = static_cast<std::uint64_t>(-1);

  std::vector<std::uint64_t> bases_; ///< per channel, offset minus sequence
  std::vector<char> buffer_;
  std::vector<client*> unsent_;
  event_loop loop_;
  client_context context_;
  std::deque<std::uint32_t> to_open_;
  std::uint32_t in_opening_ = 0;
  nanoseconds retry_at_ = 0;
  nanoseconds first_fault_at_ = 0;
  std::optional<failure> unusable_;
  std::string last_closed_; ///< while reconnecting: why a connection was last refused or lost
};

} // namespace callboard::load
