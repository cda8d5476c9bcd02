#include <cmath>

#include "adapters/kafka/inspection.hpp"
#include "adapters/redis/inspection.hpp"
#include "adapters/smtp/greeting.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/doctor.hpp"
#include "bin/callboard/inspection.hpp"
#include "messages/messages.hpp"

namespace callboard::doctor {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 3s;

std::string advice_for(sql::open_failure kind, bool embedded) {
  switch (kind) {
  case sql::open_failure::not_writable:
    return embedded ? "see to the owner and the mode of the data directory"
                    : "start the database, or correct --database-url";
  case sql::open_failure::newer_version:
    return "install the callboard that made it, or a later one";
  case sql::open_failure::corrupt:
    return embedded ? "restore a copy: callboard admin restore FILE" : "restore a copy, with pg_restore";
  case sql::open_failure::not_a_store:
  case sql::open_failure::other_settings:
    return embedded ? "correct --data-dir" : "correct --database-url";
  default:
    return "see to what the sentence says";
  }
}

void check_clock(std::chrono::milliseconds ahead, findings& found) {
  // The clocks of the nodes must agree to within a minute (docs/operations.md, Redis), and that of PostgreSQL is all
  // that one node can compare its own with.
  constexpr auto tolerable = 2s, too_much = 60s;
  auto away = std::chrono::abs(ahead);
  auto says =
      "that of PostgreSQL is " + std::to_string(away.count()) + " ms " + (ahead.count() < 0 ? "behind" : "ahead");
  if (away < tolerable)
    found.push_back({verdict::ok, "clock", says, {}});
  else
    found.push_back({away < too_much ? verdict::warning : verdict::error, "clock", says,
                     "let both machines take their time from the same source (timedatectl, chrony)"});
}

std::string count_topics(std::size_t there) {
  auto all = kafka::event_topics().size() + 1;
  return there == all ? "every topic is there"
                      : std::to_string(all - there) + " of " + std::to_string(all) +
                            " topics are not there; the first start makes them";
}

} // namespace

void check_store(const settings& options, findings& found) {
  auto embedded = options.database_url.empty();
  auto looked = stores::inspect(options);
  if (auto* refused = std::get_if<sql::open_error>(&looked)) {
    auto says = refused->message;
    if (says.ends_with('.'))
      says.pop_back();
    found.push_back({verdict::error, "store", says, advice_for(refused->kind, embedded)});
    return;
  }
  auto& facts = std::get<sql::store_facts>(looked);
  auto known = std::to_string(facts.known_version);
  auto says = facts.product + ", ";
  if (facts.version == 0)
    says += "empty; the first start makes schema version " + known;
  else if (facts.version < facts.known_version)
    says += "schema version " + std::to_string(facts.version) + "; the next start brings it to " + known;
  else
    says += "schema version " + known;
  found.push_back({verdict::ok, "store", says, {}});
  if (facts.clock_ahead)
    check_clock(*facts.clock_ahead, found);
}

void check_redis(const settings& options, findings& found) {
  if (options.redis_url.empty())
    return;
  auto where = redis::parse_url(options.redis_url.reveal());
  if (auto* wrong = std::get_if<std::string>(&where)) {
    found.push_back({verdict::error, "redis", *wrong, "correct --redis-url"});
    return;
  }
  auto& address = std::get<redis::address>(where);
  auto place = address.host + ":" + std::to_string(address.port);
  auto looked = redis::inspect(address, patience);
  if (auto* reason = std::get_if<std::string>(&looked)) {
    found.push_back(
        {verdict::error, "redis", place + " cannot be used: " + *reason, "start it, or correct --redis-url"});
    return;
  }
  auto& facts = std::get<redis::server_facts>(looked);
  found.push_back({verdict::ok, "redis", place + " is Redis " + facts.version, {}});
  if (facts.bounded && facts.eviction != "noeviction" && facts.eviction != "volatile-ttl")
    found.push_back({verdict::warning, "redis", "it gives up keys by the policy " + facts.eviction,
                     "set maxmemory-policy to noeviction or volatile-ttl"});
}

void check_kafka(const settings& options, findings& found) {
  if (options.kafka_brokers.empty())
    return;
  auto topics = kafka::inspect_topics(kafka_settings(options, nullptr));
  if (topics) {
    found.push_back({verdict::ok, "kafka", options.kafka_brokers + " answers, " + count_topics(topics->size()), {}});
    return;
  }
  auto conflict = code_of(topics.error()) == errc::conflict;
  found.push_back({verdict::error, "kafka", context_of(topics.error()).detail,
                   conflict ? "make the topic anew with as many partitions as this installation has"
                            : "start the brokers at " + options.kafka_brokers + ", or correct --kafka-brokers"});
}

void check_mail(const settings& options, findings& found) {
  if (options.smtp_url.empty()) {
    found.push_back({verdict::ok, "mail", "kept here, for an admin to read; --smtp-url would send it", {}});
    return;
  }
  auto config = mailer_settings(options, nullptr);
  config.timeout = patience;
  auto reason = smtp::greet(config);
  if (reason.empty())
    found.push_back({verdict::ok, "mail", "the mail server answers", {}});
  else
    found.push_back(
        {verdict::error, "mail", "the mail server cannot be used: " + reason, "start it, or correct --smtp-url"});
}

} // namespace callboard::doctor
