#include "adapters/kafka/topics.hpp"

#include <array>
#include <charconv>
#include <set>
#include <thread>
#include <vector>

#include "adapters/kafka/client.hpp"
#include "adapters/kafka/inspection.hpp"
#include "messages/messages.hpp"

namespace callboard::kafka {
namespace {

constexpr int metadata_ms = 3'000;
constexpr int admin_ms = 8'000;
constexpr int limits_ms = 3'000;
constexpr int propagation_tries = 40;
constexpr auto propagation_pause = std::chrono::milliseconds{50};

template <auto Destroy>
struct destroying {
  template <class T>
  void operator()(T* each) const {
    Destroy(each);
  }
};
template <class T, auto Destroy>
using owned = std::unique_ptr<T, destroying<Destroy>>;
using queue = owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using admin_options = owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using event = owned<rd_kafka_event_t, rd_kafka_event_destroy>;

caf::error unavailable(const std::string& what, const std::string& why) {
  return make_failure(errc::unavailable, "Kafka: " + what + ": " + why);
}

admin_options make_options(rd_kafka_t* handle, rd_kafka_admin_op_t operation, int milliseconds) {
  admin_options made{rd_kafka_AdminOptions_new(handle, operation)};
  std::array<char, 256> words{};
  rd_kafka_AdminOptions_set_request_timeout(made.get(), milliseconds, words.data(), words.size());
  return made;
}

caf::expected<topic_table> list_topics(rd_kafka_t* handle) {
  const struct rd_kafka_metadata* found = nullptr;
  auto code = rd_kafka_metadata(handle, 1, nullptr, &found, metadata_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return unavailable("the brokers do not answer", words_of(code));
  topic_table topics;
  for (int i = 0; i < found->topic_cnt; ++i)
    if (found->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
      topics[found->topics[i].topic].partitions = static_cast<unsigned>(found->topics[i].partition_cnt);
  rd_kafka_metadata_destroy(found);
  return topics;
}

caf::error create_topics(rd_kafka_t* handle, const std::vector<std::string>& names, unsigned partitions) {
  constexpr int replication_of_broker = -1;
  std::array<char, 512> words{};
  std::vector<rd_kafka_NewTopic_t*> wanted;
  wanted.reserve(names.size());
  for (auto& name : names)
    wanted.push_back(rd_kafka_NewTopic_new(name.c_str(), static_cast<int>(partitions), replication_of_broker,
                                           words.data(), words.size()));
  queue answers{rd_kafka_queue_new(handle)};
  auto asked = make_options(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS, admin_ms);
  rd_kafka_CreateTopics(handle, wanted.data(), wanted.size(), asked.get(), answers.get());
  event answer{rd_kafka_queue_poll(answers.get(), admin_ms + 1'000)};
  rd_kafka_NewTopic_destroy_array(wanted.data(), wanted.size());
  if (!answer)
    return unavailable("topics cannot be made", "no answer");
  if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return unavailable("topics cannot be made", rd_kafka_event_error_string(answer.get()));
  auto* result = rd_kafka_event_CreateTopics_result(answer.get());
  std::size_t count = 0;
  auto** made = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    auto code = rd_kafka_topic_result_error(made[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      auto* said = rd_kafka_topic_result_error_string(made[i]);
      return unavailable(std::string{"topic "} + rd_kafka_topic_result_name(made[i]) + " cannot be made",
                         said != nullptr ? said : words_of(code));
    }
  }
  return {};
}

std::size_t number_in(const char* text, std::size_t otherwise) {
  std::string_view digits{text == nullptr ? "" : text};
  std::size_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && value > 0 ? value : otherwise;
}

// How large a record batch may be; where that may not be asked, the broker's default stands.
void read_limits(rd_kafka_t* handle, topic_table& topics) {
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (auto& [name, facts] : topics)
    resources.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  queue answers{rd_kafka_queue_new(handle)};
  auto asked = make_options(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, limits_ms);
  rd_kafka_DescribeConfigs(handle, resources.data(), resources.size(), asked.get(), answers.get());
  event answer{rd_kafka_queue_poll(answers.get(), limits_ms + 1'000)};
  rd_kafka_ConfigResource_destroy_array(resources.data(), resources.size());
  if (!answer || rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  std::size_t count = 0;
  auto** described =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t entries = 0;
    auto** entry = rd_kafka_ConfigResource_configs(described[i], &entries);
    auto& facts = topics[rd_kafka_ConfigResource_name(described[i])];
    for (std::size_t j = 0; j < entries; ++j)
      if (std::string_view{rd_kafka_ConfigEntry_name(entry[j])} == "max.message.bytes")
        facts.max_bytes = number_in(rd_kafka_ConfigEntry_value(entry[j]), facts.max_bytes);
  }
}

caf::error check_counts(const topic_table& topics, const std::vector<std::string>& ours, unsigned partitions) {
  for (auto& name : ours) {
    auto found = topics.find(name);
    if (found == topics.end())
      continue; // inspected before it was made
    auto count = found->second.partitions;
    if (count != partitions)
      return make_failure(errc::conflict, "Kafka: topic " + name + " has " + std::to_string(count) +
                                              " partitions, but this installation has " + std::to_string(partitions) +
                                              ": no event is published until that is put right");
  }
  return {};
}

std::vector<std::string> own_topics() {
  auto ours = event_topics();
  ours.emplace_back(dead_topic);
  return ours;
}

} // namespace

caf::expected<topic_table> ensure_topics(const options& settings, const std::atomic<bool>& stopping) {
  auto admin = client::make(RD_KAFKA_PRODUCER, settings, {});
  if (!admin)
    return admin.error();
  auto* handle = (*admin)->get();
  auto ours = own_topics();
  std::set<std::string> wanted{ours.begin(), ours.end()};
  for (auto& route : settings.routes)
    wanted.insert(route.topic);
  bool asked = false;
  for (int tries = 0; tries < propagation_tries && !stopping; ++tries) {
    auto there = list_topics(handle);
    if (!there)
      return there.error();
    std::vector<std::string> missing;
    topic_table topics;
    for (auto& name : wanted) {
      auto found = there->find(name);
      if (found != there->end() && found->second.partitions > 0)
        topics.insert(*found);
      else
        missing.push_back(name);
    }
    if (missing.empty()) {
      if (auto wrong = check_counts(topics, ours, settings.partitions))
        return wrong;
      read_limits(handle, topics);
      return topics;
    }
    if (!asked)
      if (auto failed = create_topics(handle, missing, settings.partitions))
        return failed;
    asked = true;
    std::this_thread::sleep_for(propagation_pause); // until every broker knows them
  }
  return unavailable("topics cannot be made", "they do not appear");
}

caf::expected<topic_table> inspect_topics(const options& settings) {
  auto admin = client::make(RD_KAFKA_PRODUCER, settings, {});
  if (!admin)
    return admin.error();
  auto there = list_topics((*admin)->get());
  if (!there)
    return there.error();
  auto ours = own_topics();
  if (auto wrong = check_counts(*there, ours, settings.partitions))
    return wrong;
  topic_table topics;
  for (auto& name : ours)
    if (auto found = there->find(name); found != there->end())
      topics.insert(*found);
  return topics;
}

topic_keeper_actor::behavior_type topic_keeper(topic_keeper_actor::pointer, options settings,
                                               std::shared_ptr<const std::atomic<bool>> stopping) {
  return {[settings = std::move(settings), stopping](check_topics) -> caf::result<topic_table> {
    auto topics = ensure_topics(settings, *stopping);
    if (!topics)
      return topics.error();
    return std::move(*topics);
  }};
}

} // namespace callboard::kafka
