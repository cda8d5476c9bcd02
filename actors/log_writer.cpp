#include "actors/log_writer.hpp"

#include <iterator>
#include <utility>

#include "actors/mailbox_depth.hpp"
#include "actors/spans.hpp"

namespace callboard {
namespace {

/// The traces that an operation goes on with: of a single event, of some of many, or none.
template <class Operation, class Function>
void for_each_trace(Operation& operation, Function function) {
  if constexpr (requires { operation.trace; })
    function(operation.trace);
  else if constexpr (requires { operation.traces; })
    for (auto& each : operation.traces)
      function(each.trace);
}

void end_spans(log_writer_state::waiting_operation& operation, const write_answer& answer) {
  auto* reason = std::get_if<caf::error>(&answer);
  if (reason)
    end_all_failed(operation.spans, *reason);
  else
    end_all(operation.spans);
}

template <class Operations>
struct handlers;

template <class... Operations>
struct handlers<std::variant<Operations...>> {
  static log_writer_actor::behavior_type make(log_writer_state* state) {
    return {[state](Operations& operation) { return state->enqueue(operation); }...};
  }
};

} // namespace

log_writer_state::log_writer_state(log_writer_actor::stateful_pointer<log_writer_state> pointer) : self(pointer) {}

log_writer_actor::behavior_type log_writer_state::make_behavior(log_writer_config settings,
                                                                write_connection_actor write_connection) {
  config = std::move(settings);
  connection = std::move(write_connection);
  self->set_exit_handler([this](const caf::exit_msg& message) {
    stopping = true;
    if (!committing && queue.empty())
      self->quit(message.reason);
  });
  return handlers<write_op>::make(this);
}

template <class Operation>
caf::result<typename Operation::result> log_writer_state::enqueue(Operation& operation) {
  using answer_type = typename Operation::result;
  note_depth(self, config.probe, mailbox_kind::log_writer);
  if (stopping)
    return make_failure(errc::unavailable, "the server is shutting down");
  if (queue.size() >= config.max_queue)
    return make_failure(errc::overloaded, "too many changes are waiting to be written");
  if constexpr (adds_to_outbox<Operation>)
    if (config.outbox_full()) {
      if (config.probe)
        config.probe->outbox_refusals.add();
      return make_failure(errc::storage_full, "too many events wait to be published");
    }
  auto promise = self->make_response_promise<answer_type>();
  std::function<void(write_answer&)> respond = [promise](write_answer& answer) mutable {
    if (auto* value = std::get_if<answer_type>(&answer))
      promise.deliver(std::move(*value));
    else if (auto* reason = std::get_if<caf::error>(&answer))
      promise.deliver(std::move(*reason));
    else
      promise.deliver(make_failure(errc::internal, "the store gave an answer of another kind"));
  };
  if constexpr (std::is_same_v<Operation, claim_partitions>)
    respond = [this, claims = operation.partitions, respond = std::move(respond)](write_answer& answer) {
      note_claim(claims, answer);
      respond(answer);
    };
  std::optional<fence> guard;
  if constexpr (requires { operation.guard; })
    guard = operation.guard;
  auto is_traced = false;
  for_each_trace(operation, [&](const trace_context& trace) { is_traced |= !trace.empty(); });
  queue.push_back({std::move(operation), std::move(respond), guard, is_traced});
  commit_next();
  return promise;
}

void log_writer_state::commit_next() {
  if (committing || queue.empty())
    return;
  committing = true;
  auto waiting = std::make_shared<std::vector<waiting_operation>>();
  if (queue.size() <= config.max_batch) {
    waiting->swap(queue);
  } else {
    auto end = queue.begin() + static_cast<std::ptrdiff_t>(config.max_batch);
    waiting->assign(std::make_move_iterator(queue.begin()), std::make_move_iterator(end));
    queue.erase(queue.begin(), end);
  }
  auto batch = std::make_shared<write_batch>();
  batch->operations.reserve(waiting->size());
  for (auto& each : *waiting)
    batch->operations.push_back(std::move(each.operation));
  begin_spans(*waiting, *batch);
  auto begun = std::chrono::steady_clock::now();
  auto finish = [this] {
    committing = false;
    commit_next();
    if (stopping && !committing)
      self->quit(caf::exit_reason::user_shutdown);
  };
  self->request(connection, config.commit_deadline, write_batch_ptr{std::move(batch)})
      .then(
          [this, waiting, begun, finish](write_answers_ptr& outcome) {
            if (config.probe) {
              auto took = std::chrono::steady_clock::now() - begun;
              config.probe->batch_operations.observe(waiting->size());
              config.probe->commit_microseconds.observe(
                  static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
            }
            if (outcome->answers.size() != waiting->size()) {
              answer_all(*waiting, make_failure(errc::internal, "the store answered another number of operations"));
            } else {
              for (std::size_t i = 0; i < waiting->size(); ++i) {
                notice_fence((*waiting)[i], outcome->answers[i]);
                end_spans((*waiting)[i], outcome->answers[i]);
                (*waiting)[i].answer(outcome->answers[i]);
              }
              for (auto partition : outcome->touched)
                config.outbox_grew(partition);
            }
            finish();
          },
          [this, waiting, finish](caf::error& reason) {
            answer_all(*waiting, reason);
            finish();
          });
}

void log_writer_state::answer_all(std::vector<waiting_operation>& batch, const caf::error& reason) {
  for (auto& each : batch) {
    write_answer answer{reason};
    end_spans(each, answer);
    each.answer(answer);
  }
}

void log_writer_state::begin_spans(std::vector<waiting_operation>& batch, write_batch& operations) const {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].is_traced)
      continue;
    auto begin = [&](trace_context& trace) {
      auto span = begin_span(config.tracing, trace, span_kind::client, "COMMIT");
      if (!span)
        return;
      span.set("db.system.name", config.database);
      span.set("db.operation.name", "COMMIT");
      span.set("db.operation.batch.size", static_cast<std::int64_t>(batch.size()));
      trace = span.context();
      batch[i].spans.push_back(std::move(span));
    };
    std::visit([&](auto& operation) { for_each_trace(operation, begin); }, operations.operations[i]);
  }
}

void log_writer_state::notice_fence(const waiting_operation& operation, const write_answer& answer) {
  auto* reason = std::get_if<caf::error>(&answer);
  if (!operation.guard || reason == nullptr || code_of(*reason) != errc::moved)
    return;
  auto [partition, epoch] = *operation.guard;
  auto& told = fenced[partition];
  // What an earlier claim of this server's had under way is no news when a later one ends it.
  if (told >= epoch || claimed[partition] > epoch)
    return;
  told = epoch;
  if (config.probe)
    config.probe->partitions_lost.add();
  config.fenced(*operation.guard);
}

void log_writer_state::note_claim(const std::vector<partition_id>& partitions, const write_answer& answer) {
  if (auto* epochs = std::get_if<std::vector<epoch_number>>(&answer))
    for (std::size_t i = 0; i < partitions.size() && i < epochs->size(); ++i)
      claimed[partitions[i]] = (*epochs)[i];
}

log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           log_writer_config config, write_connection_actor connection) {
  return self->state.make_behavior(std::move(config), std::move(connection));
}

} // namespace callboard
