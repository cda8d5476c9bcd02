#include "adapters/redis/connection.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

namespace callboard::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// A connection that held for so long was a good one: the next try follows soon.
constexpr std::chrono::seconds good_life{5};

} // namespace

connection::connection(asio::io_context& loop, connection_options options, events observer)
    : options_(std::move(options)), observer_(std::move(observer)), resolver_(loop), socket_(loop), timer_(loop),
      random_(std::random_device{}()) {}

void connection::start() {
  connect();
}

void connection::stop() {
  lose(outcome::lost, "stopped");
  state_ = state::stopped;
  timer_.cancel();
  resolver_.cancel();
}

void connection::connect() {
  state_ = state::connecting;
  auto mine = ++generation_;
  timer_.expires_after(options_.connect_timeout);
  timer_.async_wait([this, mine](error_code failure) {
    if (!failure && mine == generation_ && state_ != state::ready)
      lose(outcome::timeout, "no connection in time");
  });
  resolver_.async_resolve(options_.where.host, std::to_string(options_.where.port),
                          [this, mine](error_code failure, const asio::ip::tcp::resolver::results_type& found) {
                            if (mine != generation_ || state_ != state::connecting)
                              return;
                            if (failure)
                              return lose(outcome::lost, failure.message());
                            asio::async_connect(socket_, found,
                                                [this, mine](error_code refused, const asio::ip::tcp::endpoint&) {
                                                  if (mine != generation_ || state_ != state::connecting)
                                                    return;
                                                  if (refused)
                                                    return lose(outcome::lost, refused.message());
                                                  greet();
                                                });
                          });
}

void connection::greet() {
  state_ = state::greeting;
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  reader_ = std::make_unique<reply_reader>();
  greeting_.clear();
  std::vector<command> commands;
  auto& where = options_.where;
  if (!where.password.empty())
    commands.push_back(where.user.empty() ? command{"AUTH", where.password.reveal()}
                                          : command{"AUTH", where.user, where.password.reveal()});
  if (where.database != 0)
    commands.push_back({"SELECT", std::to_string(where.database)});
  commands.insert(commands.end(), options_.greeting.begin(), options_.greeting.end());
  greeting_size_ = commands.size();
  for (auto& each : commands)
    write(each);
  flush();
  read();
}

void connection::take_greeting(reply value) {
  if (value.type == reply::kind::error)
    return lose(outcome::refused, value.text);
  greeting_.push_back(std::move(value));
  if (greeting_.size() < greeting_size_)
    return;
  auto before = greeting_.begin() + static_cast<std::ptrdiff_t>(greeting_size_ - options_.greeting.size());
  greeting_.erase(greeting_.begin(), before);
  state_ = state::ready;
  ready_since_ = clock::now();
  timer_.cancel();
  observer_.ready(std::exchange(greeting_, {}));
}

void connection::send(const command& words, result_handler then) {
  if (state_ != state::ready)
    return then({outcome::away, {}});
  write(words);
  under_way_.push_back({std::move(then), clock::now() + options_.command_timeout});
  flush();
  watch_deadline();
}

void connection::write(const command& words) {
  output_ += format(words);
}

void connection::flush() {
  if (writing_ || output_.empty())
    return;
  writing_ = true;
  auto bytes = std::make_shared<const std::string>(std::exchange(output_, {}));
  asio::async_write(socket_, asio::buffer(*bytes), [this, bytes, mine = generation_](error_code failure, std::size_t) {
    if (mine != generation_)
      return;
    writing_ = false;
    if (failure)
      return lose(outcome::lost, failure.message());
    flush();
  });
}

void connection::read() {
  socket_.async_read_some(asio::buffer(input_), [this, mine = generation_](error_code failure, std::size_t size) {
    if (mine != generation_)
      return;
    if (failure)
      return lose(outcome::lost, failure.message());
    reader_->feed({input_.data(), size});
    while (auto value = reader_->next()) {
      take(std::move(*value));
      if (mine != generation_)
        return;
    }
    if (!reader_->fault().empty())
      return lose(outcome::lost, "not understood: " + reader_->fault());
    read();
  });
}

void connection::take(reply value) {
  if (state_ == state::greeting)
    return take_greeting(std::move(value));
  if (under_way_.empty()) {
    if (!observer_.pushed)
      return lose(outcome::lost, "it answered without being asked");
    return observer_.pushed(std::move(value));
  }
  auto then = std::move(under_way_.front().then);
  under_way_.pop_front();
  auto how = value.type == reply::kind::error ? outcome::refused : outcome::ok;
  then({how, std::move(value)});
}

// Deadlines rise in the order of the commands: one timer, set to the oldest, looks again when it fires.
void connection::watch_deadline() {
  if (watching_ || under_way_.empty())
    return;
  watching_ = true;
  timer_.expires_at(under_way_.front().deadline);
  timer_.async_wait([this, mine = generation_](error_code failure) {
    if (mine != generation_)
      return;
    watching_ = false;
    if (failure || under_way_.empty())
      return;
    if (under_way_.front().deadline <= clock::now())
      return lose(outcome::timeout, "no answer in time");
    watch_deadline();
  });
}

void connection::lose(outcome how, const std::string& reason) {
  if (state_ == state::stopped || state_ == state::pausing)
    return;
  bool was_good = state_ == state::ready && clock::now() - ready_since_ >= good_life;
  failures_ = was_good ? 0 : failures_ + 1;
  state_ = state::pausing;
  ++generation_;
  error_code ignored;
  socket_.close(ignored);
  output_.clear();
  writing_ = false;
  watching_ = false;
  pause();
  for (auto& each : std::exchange(under_way_, {}))
    each.then({how, {}});
  observer_.lost(reason);
}

void connection::pause() {
  auto doubled = options_.first_pause * (1 << std::min(failures_, 16u));
  auto most = std::min<std::chrono::milliseconds>(doubled, options_.longest_pause);
  std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter{most.count() / 2, most.count()};
  timer_.expires_after(std::chrono::milliseconds{jitter(random_)});
  timer_.async_wait([this, mine = generation_](error_code failure) {
    if (!failure && mine == generation_ && state_ == state::pausing)
      connect();
  });
}

} // namespace callboard::redis
