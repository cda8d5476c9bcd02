#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace callboard {

/// Ends the parts of a program one after the other, with one deadline for all of it. A part that hangs cannot be ended
/// from outside, so at the deadline whoever owns the process is told, and ends it.
class ordered_stop {
public:
  using clock = std::chrono::steady_clock;

  /// `too_late` is called from a thread of this object if `run` has not returned at the deadline, with the names of the
  /// step under way and of those that were to follow: "the log writer, the database".
  ordered_stop(clock::time_point deadline, std::function<void(const std::string& left)> too_late);
  ~ordered_stop();
  ordered_stop(const ordered_stop&) = delete;
  ordered_stop& operator=(const ordered_stop&) = delete;

  /// Adds a step; `end` blocks until the part has ended.
  void add(std::string name, std::function<void()> end);

  /// Runs all steps, in the order in which they were added; `begins` is told the name of each before.
  void run(const std::function<void(const std::string& name)>& begins);

private:
  struct step {
    std::string name;
    std::function<void()> end;
  };

  void watch(clock::time_point deadline);

  std::function<void(const std::string&)> too_late_;
  std::vector<step> steps_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0; // the step under way
  bool is_over_ = false;
  std::thread watcher_;
};

} // namespace callboard
