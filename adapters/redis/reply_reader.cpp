#include "adapters/redis/reply_reader.hpp"

#include <new>
#include <utility>

#include <hiredis/hiredis.h>

namespace callboard::redis {
namespace {

// hiredis calls these for each value it has read. A null answer ends the reading with an error, which is how a reply
// beyond its bounds is refused before its memory is taken.

reply* place(const redisReadTask* task) {
  if (task->parent == nullptr)
    return new (std::nothrow) reply;
  auto& list = *static_cast<reply*>(task->parent->obj);
  return &list.items[static_cast<std::size_t>(task->idx)];
}

reply* make(const redisReadTask* task, reply::kind type, std::size_t values, std::size_t bytes) {
  auto& left = *static_cast<reply_reader::budget*>(task->privdata);
  if (!left.spend(values, bytes))
    return nullptr;
  auto* made = place(task);
  if (made != nullptr)
    made->type = type;
  return made;
}

void* make_text(const redisReadTask* task, char* bytes, std::size_t size) {
  auto* made = make(task, task->type == REDIS_REPLY_ERROR ? reply::kind::error : reply::kind::text, 1, size);
  if (made != nullptr)
    made->text.assign(bytes, size);
  return made;
}

void* make_list(const redisReadTask* task, int size) {
  auto count = static_cast<std::size_t>(size);
  auto* made = make(task, reply::kind::list, count + 1, 0);
  if (made != nullptr)
    made->items.resize(count);
  return made;
}

void* make_number(const redisReadTask* task, long long value) { // NOLINT: the type is hiredis'
  auto* made = make(task, reply::kind::number, 1, 0);
  if (made != nullptr)
    made->number = value;
  return made;
}

void* make_nothing(const redisReadTask* task) {
  return make(task, reply::kind::nothing, 1, 0);
}

void release(void* root) {
  delete static_cast<reply*>(root);
}

redisReplyObjectFunctions functions{make_text, make_list, make_number, make_nothing, release};

} // namespace

bool reply_reader::budget::spend(std::size_t more_values, std::size_t more_bytes) {
  if (more_values > values || more_bytes > bytes)
    return false;
  values -= more_values;
  bytes -= more_bytes;
  return true;
}

void reply_reader::closer::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

reply_reader::reply_reader(bounds limits)
    : limits_(limits), left_{limits.values, limits.bytes}, reader_(redisReaderCreateWithFunctions(&functions)) {
  if (!reader_)
    throw std::bad_alloc{};
  reader_->privdata = &left_;
}

reply_reader::~reply_reader() = default;

void reply_reader::feed(std::string_view bytes) {
  if (fault_.empty() && redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
    fault_ = reader_->errstr;
}

std::optional<reply> reply_reader::next() {
  if (!fault_.empty())
    return std::nullopt;
  void* whole = nullptr;
  if (redisReaderGetReply(reader_.get(), &whole) != REDIS_OK) {
    fault_ = reader_->err == REDIS_ERR_OOM ? "a reply is larger than expected" : reader_->errstr;
    return std::nullopt;
  }
  if (whole == nullptr) {
    if (reader_->len - reader_->pos > limits_.bytes)
      fault_ = "a reply is larger than expected";
    return std::nullopt;
  }
  std::unique_ptr<reply> made{static_cast<reply*>(whole)};
  left_ = {limits_.values, limits_.bytes};
  return std::move(*made);
}

} // namespace callboard::redis
