// SPDX-License-Identifier: Apache-2.0
//
// Who is traced, what is told to units, and that a trace is whole when it is handed on.
#include "gateway/request_spans.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace signalbox::gateway {
namespace {

using observe::RequestTrace;
using observe::Stage;

constexpr TimePoint kStart{1000s};
const std::string kSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const std::string kNotSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

struct Rig {
  std::vector<RequestTrace> taken;
  Tracing tracing{0.0, [this](RequestTrace trace) { taken.push_back(std::move(trace)); }, {}};
  Prng prng{1};
  RequestSpans spans;

  void start(const std::string& traceparent = {}) {
    wire::RequestHead head;
    if (!traceparent.empty()) head.fields.push_back({"traceparent", traceparent});
    spans.start(&tracing, head, prng, kStart);
  }
  std::string told() const {
    const auto text = spans.traceparent();
    return text ? std::string(text->begin(), text->end()) : "nothing";
  }
};

TEST(RequestSpans, the_caller_says_whether_its_trace_is_sampled) {
  Rig rig;
  rig.start(kSampled);
  EXPECT_TRUE(rig.spans.sampled());
  rig.tracing.sample = 1.0;
  rig.start(kNotSampled);
  EXPECT_FALSE(rig.spans.sampled());
}

TEST(RequestSpans, without_a_caller_chance_says_it) {
  Rig rig;
  rig.tracing.sample = 0.25;
  int sampled = 0;
  for (int i = 0; i < 10'000; ++i) {
    rig.start();
    sampled += rig.spans.sampled() ? 1 : 0;
  }
  EXPECT_NEAR(sampled, 2500, 200);
  rig.spans.start(nullptr, {}, rig.prng, kStart);
  EXPECT_FALSE(rig.spans.sampled()) << "nothing is traced where nobody takes it";
}

TEST(RequestSpans, of_a_request_that_is_not_sampled_nothing_is_kept) {
  Rig rig;
  rig.start();
  rig.spans.begin(Stage::kForward, kStart);
  EXPECT_EQ(rig.told(), "nothing");
  EXPECT_EQ(rig.spans.trace(), nullptr);
  EXPECT_EQ(rig.spans.attempt(), nullptr);
  rig.spans.finish(kStart);
  EXPECT_TRUE(rig.taken.empty());
}

TEST(RequestSpans, stages_are_spans_of_one_trace_and_each_attempt_is_what_its_unit_is_told) {
  Rig rig;
  rig.start(kSampled);
  rig.spans.begin(Stage::kClassify, kStart);
  rig.spans.end(Stage::kClassify, kStart + 1ms);
  rig.spans.begin(Stage::kForward, kStart + 2ms);
  const std::string first = rig.told();
  rig.spans.attempt()->failure = "unreachable";
  rig.spans.end(Stage::kForward, kStart + 3ms);
  rig.spans.begin(Stage::kForward, kStart + 3ms);
  const std::string second = rig.told();
  rig.spans.finish(kStart + 9ms);
  ASSERT_EQ(rig.taken.size(), 1U);
  const RequestTrace& trace = rig.taken[0];
  EXPECT_EQ(trace.parent, 0x00f067aa0ba902b7U);
  ASSERT_EQ(trace.spans.size(), 4U);
  EXPECT_EQ(trace.spans[0].stage, Stage::kRequest);
  EXPECT_EQ(trace.context.span, trace.spans[0].id);
  EXPECT_EQ(trace.spans[2].failure, "unreachable");
  EXPECT_EQ(trace.spans[2].end, kStart + 3ms);
  EXPECT_EQ(trace.spans[3].end, kStart + 9ms) << "what was open ends with the request";
  const std::string in_trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-";
  EXPECT_EQ(first, in_trace + wire::span_id_text(trace.spans[2].id) + "-01");
  EXPECT_EQ(second, in_trace + wire::span_id_text(trace.spans[3].id) + "-01");
  std::set<std::uint64_t> ids;
  for (const auto& span : trace.spans) ids.insert(span.id);
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_FALSE(rig.spans.sampled());
}

TEST(RequestSpans, a_trace_is_bounded_and_says_what_it_left_out) {
  Rig rig;
  rig.start(kSampled);
  for (int i = 0; i < 100; ++i) rig.spans.begin(Stage::kDecide, kStart);
  rig.spans.begin(Stage::kForward, kStart);
  EXPECT_NE(rig.told(), "nothing");
  rig.spans.finish(kStart);
  EXPECT_EQ(rig.taken[0].spans.size(), RequestTrace::kMostSpans);
  EXPECT_EQ(rig.taken[0].left_out, 101U - (RequestTrace::kMostSpans - 1));
}

TEST(RequestSpans, traces_that_begin_here_differ) {
  Rig rig;
  rig.tracing.sample = 1.0;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    rig.start();
    ids.insert(wire::trace_id_text(rig.spans.trace()->context));
  }
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace signalbox::gateway
