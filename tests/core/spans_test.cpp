#include "messages/spans.hpp"

#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "tests/core/kept_spans.hpp"

namespace callboard {
namespace {

struct tracing_fixture {
  std::shared_ptr<test::kept_spans> kept = std::make_shared<test::kept_spans>();
  tracer_ptr all = std::make_shared<const tracer>(kept, 1.0);
  tracer_ptr none = std::make_shared<const tracer>(kept, 0.0);
  trace_context sampled = test::sampled_context();
  trace_context unsampled = test::unsampled_context();
};

} // namespace

TEST_CASE_FIXTURE(tracing_fixture, "a span goes on in the trace of its parent") {
  auto outer = all->serve({}, false, "outer");
  REQUIRE(outer);
  auto inner = begin_span(all, outer.context(), span_kind::client, "inner");
  inner.set("number", std::int64_t{7});
  inner.set("text", "seven");
  inner.fail("no luck");
  inner.end();
  inner.end(); // once
  outer.rename("renamed");
  outer.end();
  REQUIRE(kept->all.size() == 2);
  auto &first = kept->all[0], &second = kept->all[1];
  CHECK(first.context.trace == second.context.trace);
  CHECK(first.parent == second.context.span);
  CHECK(first.context.span != second.context.span);
  CHECK(second.parent == std::array<std::uint8_t, 8>{});
  CHECK(first.kind == span_kind::client);
  CHECK(second.kind == span_kind::server);
  CHECK(second.name == "renamed");
  CHECK(first.attributes.size() == 2);
  CHECK(first.failed);
  CHECK(first.failure == "no luck");
  CHECK(!second.failed);
  CHECK(first.begun >= second.begun);
  CHECK(first.ended >= first.begun);
}

TEST_CASE_FIXTURE(tracing_fixture, "a span that nobody ends ends with its last copy") {
  {
    auto span = begin_span(all, sampled, span_kind::internal, "forgotten");
    auto copy = span;
    span = {};
    CHECK(kept->all.empty());
  }
  REQUIRE(kept->all.size() == 1);
  CHECK(kept->all[0].parent == sampled.span);
}

TEST_CASE_FIXTURE(tracing_fixture, "a trusted peer decides") {
  CHECK(none->serve(sampled, true, "x"));
  CHECK(!all->serve(unsampled, true, "x"));
  CHECK(all->serve(unsampled, true, "x").context() == unsampled);
}

TEST_CASE_FIXTURE(tracing_fixture, "of any other peer the trace goes on, and our ratio decides") {
  auto refused = none->serve(sampled, false, "x");
  CHECK(!refused);
  CHECK(refused.context().trace == sampled.trace);
  CHECK(refused.context().span == sampled.span);
  CHECK(!refused.context().is_sampled());
  auto taken = all->serve(unsampled, false, "x");
  CHECK(taken);
  CHECK(taken.context().trace == sampled.trace);
  CHECK(taken.context().is_sampled());
}

TEST_CASE_FIXTURE(tracing_fixture, "the ratio is that of what is begun") {
  tracer some{kept, 0.25};
  int begun = 0;
  for (int i = 0; i < 4'000; ++i)
    begun += some.serve(sampled, false, "x") ? 1 : 0; // the same id each time: it does not decide
  CHECK(begun > 700);
  CHECK(begun < 1'300);
}

TEST_CASE_FIXTURE(tracing_fixture, "without a recorder traces are handed on and nothing is recorded") {
  auto off = std::make_shared<const tracer>(nullptr, 1.0);
  CHECK(off->serve({}, true, "x").context().empty());
  auto passed = off->serve(sampled, true, "x");
  CHECK(!passed);
  CHECK(passed.context() == sampled);
  CHECK(!off->serve(sampled, false, "x").context().is_sampled());
  CHECK(begin_span(nullptr, sampled, span_kind::internal, "x").context() == sampled);
  CHECK(kept->all.empty());
}

TEST_CASE_FIXTURE(tracing_fixture, "a value is cut between two characters") {
  auto span = begin_span(all, sampled, span_kind::internal, "x");
  std::string text(255, 'a');
  span.set("text", text + "\u00e9\u00e9");
  span.end();
  CHECK(std::get<std::string>(kept->all.at(0).attributes.at(0).second) == text);
}

TEST_CASE_FIXTURE(tracing_fixture, "threads give different ids") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this] {
      for (int each = 0; each < 500; ++each)
        all->serve({}, false, "x");
    });
  for (auto& each : threads)
    each.join();
  std::set<std::string> traces;
  for (auto& each : kept->all)
    traces.insert(print_trace_id(each.context));
  CHECK(traces.size() == 2'000);
}

} // namespace callboard
