// SPDX-License-Identifier: Apache-2.0
#include "journal/input_sink.h"

#include <gtest/gtest.h>

namespace signalbox::journal {
namespace {

// A sink counts what it is interested in and leaves the rest to the port.
class TickCounter final : public InputSink {
 public:
  void controller_tick(TimePoint, const core::Plan&) override { ++ticks; }
  int ticks = 0;
};

TEST(InputSink, takes_every_call_and_keeps_nothing_unless_told_to) {
  TickCounter counter;
  InputSink& sink = counter;
  const TimePoint now{1s};
  sink.router_started(7);
  sink.controller_started(core::FleetSpec{}, now);
  sink.controller_tick(now, core::Plan{});
  sink.router_view(1, now, {});
  sink.router_request(RequestId(1), {}, now, {});
  sink.router_outcome(RequestId(1), {}, now, {});
  sink.router_cancel(RequestId(2), now, {});
  sink.router_timer(now, {});
  sink.router_digest(now);
  sink.controller_digest(now, 0);
  sink.controller_signal({now, "test", core::ProbeResult{EndpointId(1), true}}, now);
  sink.controller_spec(core::FleetSpec{}, now);
  EXPECT_EQ(counter.ticks, 1);
}

}  // namespace
}  // namespace signalbox::journal
