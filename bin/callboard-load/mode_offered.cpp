// An open loop: messages are sent when they are due, at a constant rate over many rooms, whatever becomes of those
// before. So a server that cannot carry the rate is really offered more than it can carry, and a time counts from when
// its message was due (no coordinated omission).
#include "bin/callboard-load/histogram.hpp"
#include "bin/callboard-load/modes.hpp"
#include "bin/callboard-load/process_usage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace callboard::load {

namespace {

constexpr std::uint64_t most_at_once = 4096; // sent before answers are read again
constexpr std::uint64_t most_messages = std::uint64_t{1} << 28;
constexpr nanoseconds between_looks = 20 * millisecond; // at the server's memory
constexpr nanoseconds answered = -1;

class offered final : public harness {
public:
  using harness::harness;

  outcome<report> run() override {
    const auto unmeasured = static_cast<std::uint64_t>(std::llround(given_.warm_up * given_.rate));
    const auto total = unmeasured + static_cast<std::uint64_t>(std::llround(given_.seconds * given_.rate));
    if (total >= most_messages)
      return failure{exit_code::usage, "that many messages cannot be told apart"};
    for (std::uint32_t room = 0; room < channels_.size(); ++room)
      add_client(room, {room}, false);
    if (auto failed = open_all(everyone()))
      return *failed;
    progress_.enter("constant rate", "answers");
    done_ = 0;
    look_at_memory(now());
    const auto memory_before = most_memory_;
    due_.reserve(total);
    first_measured_ = unmeasured;
    start_ = now() + millisecond;
    while (due_.size() < total) {
      pump(std::min(due_at(due_.size()), now() + between_looks));
      send_due(total);
      look_at_memory(now());
      if (auto failed = broken())
        return *failed;
    }
    const nanoseconds end = now();
    const auto patience = end + from_seconds(given_.timeout);
    while (done_ < total && now() < patience) {
      pump(now() + between_looks);
      look_at_memory(now());
      if (auto failed = broken())
        return *failed;
    }
    report figures;
    add_figures(figures, total - unmeasured, to_seconds(end - due_at(unmeasured)));
    if (most_memory_ > 0) {
      figures.add("server_rss_before_kib", static_cast<double>(memory_before) / 1024, "KiB");
      figures.add("server_rss_most_kib", static_cast<double>(most_memory_) / 1024, "KiB");
    }
    return figures;
  }

private:
  nanoseconds due_at(std::uint64_t number) const {
    return start_ + static_cast<nanoseconds>(static_cast<double>(number) * 1e9 / given_.rate);
  }

  void send_due(std::uint64_t total) {
    for (std::uint64_t sent = 0; sent < most_at_once && due_.size() < total; ++sent) {
      const auto number = due_.size();
      const nanoseconds due = due_at(number);
      if (due > now())
        return;
      if (number >= first_measured_)
        delay_.record(now() - due);
      due_.push_back(due);
      clients_[number % clients_.size()].publish(0, static_cast<std::uint32_t>(number),
                                                 lines_.text_of(number + 1, given_.size),
                                                 given_.run + "-" + std::to_string(number));
    }
  }

  void look_at_memory(nanoseconds at) {
    if (given_.server_pid == 0 || at < next_look_)
      return;
    next_look_ = at + between_looks;
    most_memory_ = std::max(most_memory_, resident_bytes_of(given_.server_pid).value_or(0));
  }

  void on_answer(client&, command_kind, std::uint32_t mark, const message& reply) override {
    if (mark >= due_.size() || due_[mark] == answered)
      return faults_.record(fault::duplicate, "an answer came that nothing waits for");
    progressed();
    const nanoseconds took = now() - std::exchange(due_[mark], answered);
    if (mark < first_measured_)
      return;
    if (reply.code != 0 && reply.code != too_many)
      return faults_.record(fault::refused, "a message was refused with " + std::to_string(reply.code));
    (reply.code == 0 ? accepted_ : refused_).record(took);
    in_time_ += reply.code == 0 && took <= from_seconds(given_.in_time) ? 1 : 0;
  }

  void on_publication(client&, std::uint32_t, const publication&, verdict) override {}

  void add_figures(report& to, std::uint64_t messages, double seconds) const {
    to.add("mode", name_of(given_.chosen));
    to.add("run", given_.run);
    to.add("connections", static_cast<double>(clients_.size()));
    to.add("rooms", static_cast<double>(channels_.size()));
    to.add("rate", given_.rate, "/s");
    to.add("seconds", seconds, "s", 3);
    to.add("messages", static_cast<double>(messages));
    to.add("offered_per_second", static_cast<double>(messages) / seconds, "/s");
    to.add("in_time_per_second", static_cast<double>(in_time_) / seconds, "/s");
    to.add("accepted_per_second", static_cast<double>(accepted_.count()) / seconds, "/s");
    to.add("refused_per_second", static_cast<double>(refused_.count()) / seconds, "/s");
    to.add("unanswered", static_cast<double>(messages - accepted_.count() - refused_.count()));
    for (const auto& [name, times] : {std::pair{"accepted", &accepted_}, {"refused", &refused_}, {"delay", &delay_}}) {
      const std::string key = name;
      to.add(key + "_p50_ms", to_milliseconds(times->percentile(50)), "ms", 3);
      to.add(key + "_p99_ms", to_milliseconds(times->percentile(99)), "ms", 3);
      to.add(key + "_max_ms", to_milliseconds(times->max()), "ms", 3);
    }
  }

  static constexpr std::uint32_t too_many = 111;

  nanoseconds start_ = 0;
  nanoseconds next_look_ = 0;
  std::uint64_t first_measured_ = 0;
  std::uint64_t in_time_ = 0;
  std::uint64_t most_memory_ = 0; ///< of the server, in bytes
  std::vector<nanoseconds> due_;  ///< when each message sent was due; `answered`
  histogram accepted_, refused_;  ///< due -> answer
  histogram delay_;               ///< due -> sent: what the client itself adds
};

} // namespace

std::unique_ptr<harness> make_offered(const options& given, const endpoint& server, population people) {
  return std::make_unique<offered>(given, server, std::move(people));
}

} // namespace callboard::load
