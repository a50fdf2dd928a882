// SPDX-License-Identifier: Apache-2.0
//
// The examples of the standard, what it says is invalid, and versions to come.
#include "wire/trace_context.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace signalbox::wire {
namespace {

const std::string kExample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string text_of(const TraceContext& context) {
  const Traceparent text = format_traceparent(context);
  return {text.data(), text.size()};
}

TEST(TraceContext, the_example_of_the_standard) {
  const auto context = parse_traceparent(kExample);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(trace_id_text(*context), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(span_id_text(context->span), "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled());
  EXPECT_EQ(text_of(*context), kExample);
}

TEST(TraceContext, what_the_standard_calls_invalid_begins_a_new_trace) {
  for (const char* text :
       {"", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what-the-future"}) {
    EXPECT_FALSE(parse_traceparent(text).has_value()) << text;
  }
}

TEST(TraceContext, a_version_to_come_is_read_as_far_as_this_one_goes_and_sent_on_as_this_one) {
  const auto context =
      parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff-the-future");
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(text_of(*context), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03");
}

TEST(TraceContext, a_request_is_part_of_one_trace_or_of_none_that_we_know) {
  RequestHead head;
  EXPECT_FALSE(trace_context_of(head).has_value());
  head.fields = {{"Traceparent", kExample}};
  EXPECT_TRUE(trace_context_of(head).has_value());
  head.fields.push_back({"traceparent", kExample});
  EXPECT_FALSE(trace_context_of(head).has_value());
}

RC_GTEST_PROP(TraceContext, what_is_written_is_read, ()) {
  TraceContext context;
  context.trace_high = *rc::gen::arbitrary<std::uint64_t>();
  context.trace_low = *rc::gen::nonZero<std::uint64_t>();
  context.span = *rc::gen::nonZero<std::uint64_t>();
  context.flags = *rc::gen::inRange<std::uint8_t>(0, 4);
  RC_ASSERT(parse_traceparent(text_of(context)) == context);
}

RC_GTEST_PROP(TraceContext, any_bytes_are_read_or_refused, (const std::string& text)) {
  const auto context = parse_traceparent(text);
  RC_ASSERT((!context || context->span != 0));
}

}  // namespace
}  // namespace signalbox::wire
