#include "adapters/sql/append_runs.hpp"

namespace callboard::sql {
namespace {

/// A read mark counts what is in the log at its time, a trim takes what was in the outbox before this batch, and the
/// analytics have tables of their own: all may come after messages that arrived with them.
bool lets_pass(const write_op& op) {
  return std::holds_alternative<mark_read>(op) || std::holds_alternative<trim_outbox>(op) ||
         std::holds_alternative<count_events>(op) || std::holds_alternative<forget_counted>(op);
}

} // namespace

std::vector<std::size_t> append_run(const std::vector<write_op>& operations, std::size_t first) {
  std::vector<std::size_t> run;
  for (auto i = first; i < operations.size(); ++i) {
    if (std::holds_alternative<append_events>(operations[i]))
      run.push_back(i);
    else if (!lets_pass(operations[i]))
      break;
  }
  return run;
}

} // namespace callboard::sql
