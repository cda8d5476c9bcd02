#include "bin/callboard-load/harness.hpp"

#include "bin/callboard-load/process_usage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace callboard::load {

namespace {

constexpr std::size_t read_size = std::size_t{1} << 20;
constexpr nanoseconds longest_pass = 100 * millisecond;
constexpr nanoseconds classify_faults_for = 200 * millisecond;
constexpr nanoseconds retry_pause = 20 * millisecond;
constexpr std::uint32_t connections_a_source = 25'000; ///< below the usual range of 28,232 ephemeral ports

} // namespace

harness::harness(const options& given, const endpoint& server, population people)
    : given_(given), people_(std::move(people)), lines_(channels_, given.run),
      buffer_(read_size), context_{.loop = loop_,
                                   .lines = lines_,
                                   .channels = channels_,
                                   .events = *this,
                                   .unsent = unsent_,
                                   .buffer = buffer_,
                                   .server = server.address,
                                   .host = server.host,
                                   .target = server.target,
                                   .name = server.name,
                                   .tls = server.tls,
                                   .epochs = {}} {
  for (const std::string& name : people_.channels)
    channels_.add(name);
  context_.epochs.resize(channels_.size());
  bases_.resize(channels_.size(), no_base);
}

std::uint32_t harness::add_client(std::uint32_t user, std::vector<std::uint32_t> channels, bool wanted) {
  const auto index = static_cast<std::uint32_t>(clients_.size());
  client& added = clients_.emplace_back(context_, index, people_.token_of(user));
  for (const std::uint32_t channel : channels)
    added.subscriptions().push_back({.channel = channel, .wanted = wanted, .checker = {}});
  return index;
}

std::vector<std::uint32_t> harness::everyone() const {
  std::vector<std::uint32_t> all(clients_.size());
  for (std::uint32_t i = 0; i < all.size(); ++i)
    all[i] = i;
  return all;
}

void harness::begin_opening(const std::vector<std::uint32_t>& indexes) {
  to_open_.insert(to_open_.end(), indexes.begin(), indexes.end());
}

void harness::open_some() {
  const bool loopback = ntohl(context_.server.sin_addr.s_addr) >> 24 == 127;
  while (!to_open_.empty() && in_opening_ < given_.concurrency && now() >= retry_at_) {
    const std::uint32_t index = to_open_.front();
    to_open_.pop_front();
    const bool many = loopback && clients_.size() > connections_a_source;
    ++in_opening_;
    if (!clients_[index].open(many ? index / connections_a_source + 1 : 0)) {
      const std::string why = std::string{"cannot connect: "} + std::strerror(errno);
      clients_[index].cut();
      on_closed(clients_[index], why);
    }
  }
}

std::optional<failure> harness::open_all(const std::vector<std::uint32_t>& indexes) {
  progress_.enter("opening", "connections");
  begin_opening(indexes);
  auto failed = wait([this] { return !opening(); }, "connections to open");
  if (failed && failed->code == exit_code::violated && !faults_.any())
    failed->code = exit_code::unreachable;
  return failed;
}

void harness::pump(nanoseconds until) {
  open_some();
  if (!to_open_.empty())
    until = std::min(until, std::max(retry_at_, now() + millisecond));
  loop_.run_once(until);
  for (std::size_t i = 0; i < unsent_.size(); ++i)
    unsent_[i]->flush();
  unsent_.clear();
  const nanoseconds at = now();
  progress_.show(at, done_);
  if (first_fault_at_ == 0 && faults_.any())
    first_fault_at_ = at;
}

std::optional<failure> harness::broken() const {
  if (unusable_)
    return unusable_;
  if (first_fault_at_ != 0 && now() - first_fault_at_ > classify_faults_for)
    return failure{exit_code::violated, faults_.describe()};
  return std::nullopt;
}

std::optional<failure> harness::wait(const std::function<bool()>& done, const char* waiting_for, nanoseconds until) {
  const nanoseconds patience = from_seconds(given_.timeout);
  nanoseconds moved_at = now();
  std::uint64_t moved_to = done_;
  while (!done()) {
    nanoseconds at = now();
    if (until != 0 && at >= until)
      break;
    pump(std::min(until == 0 ? at + longest_pass : until, at + longest_pass));
    if (auto failed = broken())
      return failed;
    at = now();
    if (done_ != moved_to) {
      moved_to = done_;
      moved_at = at;
    } else if (at - moved_at > patience && until == 0) {
      char patience_text[32];
      static_cast<void>(std::snprintf(patience_text, sizeof patience_text, "%g", given_.timeout));
      std::string text = std::string{"no progress in "} + patience_text + " s while waiting for " + waiting_for;
      if (!last_closed_.empty())
        text += "; last connection: " + last_closed_;
      return failure{exit_code::violated, std::move(text)};
    }
  }
  if (faults_.any())
    return failure{exit_code::violated, faults_.describe()};
  return std::nullopt;
}

bool harness::learn(const publication& what) {
  std::uint64_t& base = bases_[what.channel];
  if (what.sequence == 0 || what.offset < what.sequence)
    return false;
  if (base == no_base && what.sequence == 1) {
    base = what.offset - 1;
    return true;
  }
  faults_.record(what.sequence + base < what.offset ? fault::duplicate : fault::out_of_order,
                 "message " + std::to_string(what.sequence) + " came at offset " + std::to_string(what.offset) +
                     " of " + channels_.name(what.channel) + ", where message " + std::to_string(what.offset - base) +
                     " was due (stored twice, in another order, or others write to the room)");
  return false;
}

void harness::blame(const client& who, std::uint32_t slot, const publication& what, verdict judged) {
  const sequence_checker& checker = who.subscriptions()[slot].checker;
  const std::string where = " on " + channels_.name(what.channel) + " at connection " + std::to_string(who.index()) +
                            ": offset " + std::to_string(what.offset);
  switch (judged) {
  case verdict::gap:
    faults_.record(fault::lost, "lost" + where + " came, " + std::to_string(checker.missing()) + " before it missing");
    break;
  case verdict::late:
    faults_.record(fault::out_of_order, "out of order" + where + " came after later ones");
    break;
  case verdict::duplicate:
    faults_.record(fault::duplicate, "duplicate" + where + " came again");
    break;
  case verdict::in_order:
    break;
  }
}

void harness::blame(const client& who, std::uint32_t slot, const message& refusal) {
  const std::uint32_t channel = who.subscriptions()[slot].channel;
  faults_.record(fault::refused, "a command on " + channels_.name(channel) + " was refused: " +
                                     std::to_string(refusal.code) + " " + std::string{refusal.reason});
}

std::optional<failure> harness::missing_offsets(const std::vector<std::uint32_t>& indexes) {
  for (const std::uint32_t index : indexes)
    for (const subscription& each : clients_[index].subscriptions())
      if (each.checker.missing() != 0)
        return failure{exit_code::violated, "lost: " + std::to_string(each.checker.missing()) + " offsets of " +
                                                channels_.name(each.channel) + " never came to connection " +
                                                std::to_string(index)};
  return std::nullopt;
}

harness::snapshot harness::take_snapshot(std::uint64_t done) const {
  return {now(), own_cpu_seconds(), given_.server_pid != 0 ? cpu_seconds_of(given_.server_pid) : std::nullopt, done};
}

void harness::add_span(report& to, const snapshot& from, const snapshot& end, const std::string& what) const {
  const double seconds = to_seconds(end.at - from.at);
  const auto done = static_cast<double>(end.done - from.done);
  to.add("mode", name_of(given_.chosen));
  to.add("run", given_.run);
  to.add("connections", static_cast<double>(clients_.size()));
  to.add("rooms", static_cast<double>(channels_.size()));
  to.add("seconds", seconds, "s", 3);
  to.add(what, done);
  to.add(what + "_per_second", done / seconds, "/s");
  const auto add_cpu = [&](const std::string& whose, double cpu) {
    to.add(whose + "_cpu_seconds", cpu, "s", 2);
    if (done > 0)
      to.add(whose + "_cpu_microseconds_each", cpu / done * 1e6, "us", 3);
  };
  add_cpu("client", end.own_cpu - from.own_cpu);
  if (from.server_cpu && end.server_cpu)
    add_cpu("server", *end.server_cpu - *from.server_cpu);
}

void harness::on_ready(client&) {
  --in_opening_;
  progressed();
}

void harness::on_subscribed(client& who, std::uint32_t slot, const message& reply) {
  if (!reply.epoch.empty())
    context_.epochs[who.subscriptions()[slot].channel] = reply.epoch;
}

void harness::on_unrecovered(client& who, std::uint32_t slot) {
  const subscription& mine = who.subscriptions()[slot];
  faults_.record(fault::lost, "the server could not recover " + channels_.name(mine.channel) + " from offset " +
                                  std::to_string(mine.checker.position()));
}

void harness::on_answer(client& who, command_kind, std::uint32_t slot, const message& reply) {
  if (reply.code != 0)
    blame(who, slot, reply);
}

void harness::on_closed(client& who, std::string_view why) {
  const bool was_ready = who.was_ready();
  if (!was_ready)
    --in_opening_;
  if (reconnecting_) {
    to_open_.push_back(who.index());
    last_closed_ = why;
    retry_at_ = now() + retry_pause;
    return;
  }
  const std::string text = "connection " + std::to_string(who.index()) + ": " + std::string{why};
  if (was_ready)
    faults_.record(fault::closed, text);
  else if (!unusable_)
    unusable_ = failure{exit_code::unreachable, text};
}

} // namespace callboard::load
