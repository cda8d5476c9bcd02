#include "messages/spans.hpp"

#include <cstring>
#include <random>

namespace callboard {
namespace {

constexpr std::size_t most_text = 256;
constexpr std::uint64_t draws = std::uint64_t{1} << 53; // as many as a double can tell apart

// Ids identify, they are no secrets.
std::uint64_t random_number() {
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seeds{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64{seeds};
  }();
  return random();
}

template <std::size_t N>
void fill(std::array<std::uint8_t, N>& id) {
  static_assert(N % 8 == 0);
  do {
    for (std::size_t i = 0; i < N; i += 8) {
      auto number = random_number();
      std::memcpy(id.data() + i, &number, 8);
    }
  } while (id == std::array<std::uint8_t, N>{}); // zero is no id
}

std::string cut(std::string_view text) {
  if (text.size() > most_text) {
    auto end = most_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) // not inside a character
      --end;
    text = text.substr(0, end);
  }
  return std::string{text};
}

} // namespace

struct live_span::open_span {
  std::shared_ptr<span_recorder> recorder;
  span_record record;
  std::chrono::steady_clock::time_point begun;

  ~open_span() { end(); }
  void end() {
    if (!recorder)
      return;
    // The wall clock may be set meanwhile.
    record.ended = record.begun + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                      std::chrono::steady_clock::now() - begun);
    std::exchange(recorder, nullptr)->record(std::move(record));
  }
};

live_span::live_span(std::shared_ptr<span_recorder> recorder, const trace_context& parent, span_kind kind,
                     std::string name)
    : context_{parent}, open_{std::make_shared<open_span>()} {
  fill(context_.span);
  open_->recorder = std::move(recorder);
  open_->record.context = context_;
  open_->record.parent = parent.span;
  open_->record.name = std::move(name);
  open_->record.kind = kind;
  open_->record.begun = std::chrono::system_clock::now();
  open_->begun = std::chrono::steady_clock::now();
}

void live_span::rename(std::string name) {
  if (open_)
    open_->record.name = std::move(name);
}

void live_span::set(std::string_view attribute, std::int64_t value) {
  if (open_)
    open_->record.attributes.emplace_back(attribute, value);
}

void live_span::set(std::string_view attribute, std::string_view value) {
  if (open_)
    open_->record.attributes.emplace_back(attribute, cut(value));
}

void live_span::fail(std::string_view reason) {
  if (!open_)
    return;
  open_->record.failed = true;
  open_->record.failure = cut(reason);
}

void live_span::end() {
  if (open_)
    open_->end();
}

tracer::tracer(std::shared_ptr<span_recorder> recorder, double ratio)
    : recorder_{std::move(recorder)}, threshold_{recorder_ ? static_cast<std::uint64_t>(ratio * double{draws}) : 0} {}

bool tracer::draw() const {
  return threshold_ != 0 && random_number() % draws < threshold_;
}

live_span tracer::serve(const trace_context& incoming, bool is_trusted, std::string_view name) const {
  auto parent = incoming;
  if (!is_trusted || incoming.empty()) {
    parent.flags &= static_cast<std::uint8_t>(~trace_context::sampled);
    if (draw())
      parent.flags |= trace_context::sampled;
  }
  if (!parent.is_sampled())
    return live_span{parent};
  if (parent.empty()) {
    fill(parent.trace);
    parent.flags |= trace_context::random_id;
  }
  return begin(parent, span_kind::server, name);
}

} // namespace callboard
