#pragma once

#include <list>
#include <memory>
#include <utility>

#include <caf/error.hpp>
#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include "messages/errors.hpp"

namespace callboard {

/// What an actor owes to those who asked it. CAF never answers a promise that is open when its actor ends, so who asked
/// would wait until their deadline. An actor that may end in the middle of its work keeps this in its state, which goes
/// with it: what is open then is answered with `moved`, and whoever asked may ask again.
class open_answers {
  struct entry {
    virtual ~entry() = default;
    virtual void fail(caf::error reason) = 0;
    std::list<std::shared_ptr<entry>>::iterator place;
  };

  template <class T>
  struct entry_of final : entry {
    caf::typed_response_promise<T> promise;
    void fail(caf::error reason) override { promise.deliver(std::move(reason)); }
  };

public:
  open_answers() = default;
  ~open_answers() {
    for (auto& each : entries_)
      each->fail(ended());
  }
  open_answers(const open_answers&) = delete;
  open_answers& operator=(const open_answers&) = delete;

  /// One answer that is owed. Copies are the same answer.
  template <class T>
  class owed {
  public:
    /// Gives the answer: a value or an error. Once only.
    template <class Answer>
    void deliver(Answer&& answer) {
      auto promise = std::move(entry_->promise);
      owner_->entries_.erase(entry_->place);
      promise.deliver(std::forward<Answer>(answer));
    }
    /// What a handler returns: that the answer follows.
    operator caf::result<T>() const { return entry_->promise; }

  private:
    friend class open_answers;
    owed(open_answers* owner, std::shared_ptr<entry_of<T>> entry) : owner_(owner), entry_(std::move(entry)) {}
    open_answers* owner_;
    std::shared_ptr<entry_of<T>> entry_;
  };

  /// A promise to answer the message that `self` handles now.
  template <class T, class Self>
  owed<T> owe(Self self) {
    auto fresh = std::make_shared<entry_of<T>>();
    fresh->promise = self->template make_response_promise<T>();
    fresh->place = entries_.insert(entries_.end(), fresh);
    return {this, std::move(fresh)};
  }

  /// What those hear whose answer the actor has not given when it ends.
  static caf::error ended() { return make_failure(errc::moved, "this part of the server begins anew"); }

private:
  std::list<std::shared_ptr<entry>> entries_;
};

} // namespace callboard
