// A traceparent as it comes from outside: by HTTP, in a command, in the header of an event.
//
// Always so: what is read is printed as version 00 and read again as the same; both ids are there, no unknown flag is
// kept, and the digits of what was given are those that are kept.
#include "messages/trace.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::text_of(data, size);
  auto found = parse_traceparent(text);
  if (!found)
    return 0;
  auto printed = print_traceparent(*found);
  require(printed.size() == 55);
  require(parse_traceparent(printed) == found);
  require(!found->empty() && found->span != decltype(found->span){});
  require((found->flags & ~(trace_context::sampled | trace_context::random_id)) == 0);
  require(printed.substr(3, 49) == text.substr(3, 49));
  require(print_trace_id(*found) == text.substr(3, 32));
  return 0;
}
