// SPDX-License-Identifier: Apache-2.0
//
// A request with a failed first attempt, as a collector gets it.
#include "observe/otlp.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "observe/golden.h"
#include "observe/json_text.h"

namespace signalbox::observe {
namespace {

constexpr WallOffset kWall{1'742'982'060'000'000'000};

RequestTrace sample_trace() {
  RequestTrace trace;
  trace.context = {0x4bf92f3577b34da6, 0xa3ce929d0e0e4736, 0x11, wire::kSampledFlag};
  trace.parent = 0x00f067aa0ba902b7;
  trace.request_id = "0000000000000001";
  trace.method = "POST";
  trace.path = "/v1/chat/completions";
  trace.model = "llama-8b";
  trace.service = "chat";
  trace.tenant = "acme";
  trace.status = 200;
  trace.spans = {{Stage::kRequest, 0x11, TimePoint{1s}, TimePoint{2s}},
                 {Stage::kClassify, 0x12, TimePoint{1s}, TimePoint{1001ms}},
                 {Stage::kDecide, 0x13, TimePoint{1001ms}, TimePoint{1002ms}},
                 {Stage::kForward, 0x14, TimePoint{1002ms}, TimePoint{1010ms}, "own",
                  "10.0.0.7:8000", 0, "unreachable"},
                 {Stage::kForward,
                  0x15,
                  TimePoint{1010ms},
                  TimePoint{2s},
                  "rented",
                  "[fd00::1]:8000",
                  200,
                  {}}};
  return trace;
}

TEST(Otlp, golden_request_to_a_collector) {
  const RequestTrace traces[] = {sample_trace()};
  const std::string text = otlp_json(traces, {"signalbox", "gw-1"}, kWall);
  expect_golden("otlp.json", json_text(boost::json::parse(text), Layout::kIndented));
}

TEST(Otlp, a_trace_that_begins_here_has_no_parent_and_a_failed_one_says_so) {
  RequestTrace trace = sample_trace();
  trace.parent = 0;
  trace.status = 503;
  trace.reason = "queue_full";
  trace.spans.resize(1);
  const RequestTrace traces[] = {trace};
  const auto root = boost::json::parse(otlp_json(traces, {}, kWall))
                        .at_pointer("/resourceSpans/0/scopeSpans/0/spans/0")
                        .as_object();
  EXPECT_FALSE(root.contains("parentSpanId"));
  EXPECT_EQ(root.at("status").at("code"), 2);
}

TEST(Otlp, nothing_to_tell_is_still_a_request) {
  EXPECT_TRUE(boost::json::parse(otlp_json({}, {}, kWall))
                  .at_pointer("/resourceSpans/0/scopeSpans/0/spans")
                  .as_array()
                  .empty());
}

}  // namespace
}  // namespace signalbox::observe
