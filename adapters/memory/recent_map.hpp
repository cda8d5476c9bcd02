#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

namespace callboard::memory {

/// A map that remembers the `most` keys that were touched last.
template <class Value>
class recent_map {
public:
  explicit recent_map(std::size_t most = 1) : most_(most) {}

  Value* find(const std::string& key) {
    auto i = entries_.find(key);
    return i == entries_.end() ? nullptr : &i->second.value;
  }
  Value& touch(const std::string& key) {
    auto [i, added] = entries_.try_emplace(key);
    auto& mine = i->second;
    if (added)
      mine.age = by_age_.insert(by_age_.end(), key);
    else
      by_age_.splice(by_age_.end(), by_age_, mine.age);
    if (entries_.size() > most_) {
      entries_.erase(by_age_.front());
      by_age_.pop_front();
    }
    return mine.value;
  }
  void erase(const std::string& key) {
    auto i = entries_.find(key);
    if (i == entries_.end())
      return;
    by_age_.erase(i->second.age);
    entries_.erase(i);
  }
  std::size_t size() const { return entries_.size(); }

private:
  struct entry {
    Value value;
    std::list<std::string>::iterator age;
  };
  std::size_t most_;
  std::unordered_map<std::string, entry> entries_;
  std::list<std::string> by_age_; // the longest untouched first
};

} // namespace callboard::memory
