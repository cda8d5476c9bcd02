#include "adapters/telemetry/trace_exporter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <curl/curl.h>

#include "adapters/transfer/library.hpp"

namespace callboard::telemetry {
namespace {

constexpr std::size_t most_answer_bytes = 64 * 1024;
constexpr std::chrono::milliseconds look_interval{50}; // whether a request must be given up for a stop

std::size_t keep_answer(char* bytes, std::size_t size, std::size_t count, void* state) {
  auto& answer = *static_cast<std::string*>(state);
  if (answer.size() + size * count > most_answer_bytes)
    return 0; // ends the transfer: no collector has so much to say
  answer.append(bytes, size * count);
  return size * count;
}

bool may_be_repeated(long status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

} // namespace

struct trace_exporter::link {
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> loop{curl_multi_init(), curl_multi_cleanup};
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> request{curl_easy_init(), curl_easy_cleanup};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{
      curl_slist_append(curl_slist_append(nullptr, "Content-Type: application/json"), "Expect:"), curl_slist_free_all};
  std::string answer;

  explicit link(const trace_exporter_options& options) {
    auto* curl = request.get();
    curl_easy_setopt(curl, CURLOPT_URL, trace_target(options.url).c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); // time-outs without signals: other threads live here
    curl_easy_setopt(curl, CURLOPT_PROXY, "");    // a proxy of the environment is not meant for this
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, ("callboard/" + options.resource.version).c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  }
};

trace_exporter::trace_exporter(trace_exporter_options options) : options_{std::move(options)} {
  transfer::initialise_library();
  thread_ = std::thread{[this] { run(); }};
}

trace_exporter::~trace_exporter() {
  stop(std::chrono::milliseconds{0});
}

void trace_exporter::record(span_record span) {
  {
    std::lock_guard hold{mutex_};
    if (stopping_ || queue_.size() >= options_.max_queue) {
      options_.probe->spans_dropped.add();
      return;
    }
    queue_.push_back(std::move(span));
    if (queue_.size() % options_.batch != 0)
      return;
  }
  changed_.notify_one();
}

void trace_exporter::stop(std::chrono::milliseconds limit) {
  {
    std::lock_guard hold{mutex_};
    if (!stopping_)
      end_by_ = clock::now() + limit;
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void trace_exporter::run() {
  link to{options_};
  for (;;) {
    auto spans = take_batch();
    if (!spans.empty())
      send(to, spans);
    std::lock_guard hold{mutex_};
    if (!stopping_ || (!queue_.empty() && clock::now() < end_by_))
      continue;
    options_.probe->spans_dropped.add(queue_.size());
    queue_.clear();
    return;
  }
}

std::vector<span_record> trace_exporter::take_batch() {
  std::unique_lock hold{mutex_};
  changed_.wait_for(hold, options_.interval, [this] { return stopping_ || queue_.size() >= options_.batch; });
  auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.batch));
  std::vector<span_record> spans{std::make_move_iterator(queue_.begin()), std::make_move_iterator(end)};
  queue_.erase(queue_.begin(), end);
  return spans;
}

void trace_exporter::send(link& to, const std::vector<span_record>& spans) {
  auto& probe = *options_.probe;
  auto body = write_otlp(options_.resource, spans);
  auto next_pause = options_.first_pause;
  for (unsigned tries = 1;; ++tries) {
    auto result = post(to, body);
    if (result.taken) {
      if (std::exchange(is_away_, false))
        options_.report(http::severity::info, "The collector of traces takes spans again.");
      auto rejected = std::min<std::uint64_t>(result.rejected, spans.size());
      probe.spans_failed.add(rejected);
      probe.spans_exported.add(spans.size() - rejected);
      return;
    }
    tell(result.reason);
    auto length = std::min(std::max(result.asked_pause, next_pause), options_.longest_pause);
    if (!result.again || tries == options_.most_tries || !pause(length)) {
      probe.spans_failed.add(spans.size());
      return;
    }
    next_pause *= 2;
  }
}

trace_exporter::outcome trace_exporter::post(link& to, const std::string& body) {
  auto* curl = to.request.get();
  to.answer.clear();
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_multi_add_handle(to.loop.get(), curl);
  auto code = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running > 0 && !is_over();) {
    curl_multi_perform(to.loop.get(), &running);
    if (running > 0)
      curl_multi_poll(to.loop.get(), nullptr, 0, static_cast<int>(look_interval.count()), nullptr);
  }
  int left = 0;
  while (auto* message = curl_multi_info_read(to.loop.get(), &left))
    if (message->msg == CURLMSG_DONE)
      code = message->data.result;
  curl_multi_remove_handle(to.loop.get(), curl);

  outcome result;
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) {
    result.again = true;
    result.reason = curl_easy_strerror(code); // says nothing of the address
    return result;
  }
  result.taken = status >= 200 && status < 300;
  if (result.taken) {
    result.rejected = read_rejected(to.answer);
    return result;
  }
  curl_off_t seconds = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
  result.again = may_be_repeated(status);
  result.asked_pause = std::chrono::seconds{std::clamp<curl_off_t>(seconds, 0, 3'600)};
  result.reason = "status " + std::to_string(status);
  return result;
}

bool trace_exporter::pause(std::chrono::milliseconds length) {
  std::unique_lock hold{mutex_};
  if (stopping_ && clock::now() + length >= end_by_)
    return false;
  auto until = clock::now() + length;
  // A stop does not wait for a collector that asked for time.
  changed_.wait_until(hold, until, [this] { return stopping_; });
  return !stopping_ || until < end_by_;
}

bool trace_exporter::is_over() {
  std::lock_guard hold{mutex_};
  return stopping_ && clock::now() >= end_by_;
}

void trace_exporter::tell(const std::string& reason) {
  auto now = clock::now();
  if (is_away_ && now - told_ < options_.report_every)
    return;
  is_away_ = true;
  told_ = now;
  options_.report(http::severity::warning, "The collector of traces does not take spans: " + reason + ".");
}

} // namespace callboard::telemetry
