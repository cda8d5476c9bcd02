#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <utility>

namespace callboard::hashing {

/// A bounded queue in which nobody waits for somebody else's many: sources take turns, within a source its names take
/// turns, and what one name asks for from one source goes in order. When it is full, the source that has most waiting
/// gives up what it asked for last, so that no flood keeps others out. Linear in the number of sources that wait.
template <class Task>
class fair_queue {
public:
  enum class admission : std::uint8_t { taken, crowded, full };

  /// `most`: in all; `most_of_name`: of one name from one source.
  fair_queue(std::size_t most, std::size_t most_of_name) : most_(most), most_of_name_(most_of_name) {}

  /// Puts a task in; `displaced` is one that had to go for it.
  admission push(const std::string& source, const std::string& name, Task task, std::optional<Task>& displaced) {
    auto mine = find(sources_, source);
    if (mine != sources_.end()) {
      auto line = find(mine->lines, name);
      if (line != mine->lines.end() && line->tasks.size() >= most_of_name_)
        return admission::crowded;
    }
    if (size_ >= most_ && !make_room(mine == sources_.end() ? 0 : mine->size, source, name, displaced))
      return admission::full;
    mine = find(sources_, source); // making room may have changed the lists
    if (mine == sources_.end())
      mine = sources_.insert(sources_.end(), {source, {}, 0});
    auto line = find(mine->lines, name);
    if (line == mine->lines.end())
      line = mine->lines.insert(mine->lines.end(), {name, {}});
    line->tasks.push_back(std::move(task));
    ++mine->size;
    ++size_;
    return admission::taken;
  }

  /// How many would go before one that came now, if nobody came after it.
  std::size_t ahead_of(const std::string& source, const std::string& name) const {
    auto mine = find(sources_, source);
    std::size_t in_source = 0;
    if (mine != sources_.end()) {
      auto line = find(mine->lines, name);
      auto own = line == mine->lines.end() ? 0 : line->tasks.size();
      for (auto& each : mine->lines)
        in_source += std::min(each.tasks.size(), own + 1);
    }
    std::size_t all = in_source;
    for (auto each = sources_.begin(); each != sources_.end(); ++each)
      if (each != mine)
        all += std::min(each->size, in_source + 1);
    return all;
  }

  /// The next one; not to be called when empty.
  Task pop() {
    auto source = sources_.begin();
    auto line = source->lines.begin();
    auto task = std::move(line->tasks.front());
    line->tasks.pop_front();
    if (line->tasks.empty())
      source->lines.erase(line);
    else
      source->lines.splice(source->lines.end(), source->lines, line);
    --size_;
    if (--source->size == 0)
      sources_.erase(source);
    else
      sources_.splice(sources_.end(), sources_, source);
    return task;
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

private:
  struct name_line {
    std::string key;
    std::deque<Task> tasks;
  };
  struct source_line {
    std::string key;
    std::list<name_line> lines; // in the order of their turns
    std::size_t size = 0;
  };

  template <class Lines>
  static auto find(Lines& lines, const std::string& key) {
    return std::find_if(lines.begin(), lines.end(), [&key](const auto& each) { return each.key == key; });
  }

  /// Whoever comes must have fewer waiting than the one who gives way, even after it came.
  bool make_room(std::size_t mine, const std::string& source, const std::string& name, std::optional<Task>& displaced) {
    auto most = std::max_element(sources_.begin(), sources_.end(),
                                 [](const auto& a, const auto& b) { return a.size < b.size; });
    if (most == sources_.end())
      return false;
    auto longest = std::max_element(most->lines.begin(), most->lines.end(),
                                    [](const auto& a, const auto& b) { return a.tasks.size() < b.tasks.size(); });
    if (most->key == source) {
      auto line = find(most->lines, name);
      if (longest->tasks.size() <= (line == most->lines.end() ? 0 : line->tasks.size()) + 1)
        return false;
    } else if (most->size <= mine + 1) {
      return false;
    }
    displaced = std::move(longest->tasks.back());
    longest->tasks.pop_back();
    if (longest->tasks.empty())
      most->lines.erase(longest);
    if (--most->size == 0)
      sources_.erase(most);
    --size_;
    return true;
  }

  std::size_t most_;
  std::size_t most_of_name_;
  std::size_t size_ = 0;
  std::list<source_line> sources_; // in the order of their turns
};

} // namespace callboard::hashing
