// SPDX-License-Identifier: Apache-2.0
//
// From wanted to done: nothing is launched twice, nothing is broken before its replacement is made,
// and nothing is stopped while a request may still be on it.
#include "core/scale/reconcile.h"

#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::kG5Triton;
using testdata::kInf2;
using testdata::paper_fleet;

class ReconcileTest : public testing::Test {
 protected:
  std::vector<EndpointId> have(UnitId unit, int count,
                               EndpointState state = EndpointState::kReady) {
    std::vector<EndpointId> ids;
    for (int i = 0; i < count; ++i) {
      ids.push_back(fleet.launch(unit, now));
      fleet.set_state(*fleet.find(ids.back()), state, now);
    }
    return ids;
  }
  std::vector<Command> want(int inf2, int g5 = 0) {
    ++version;
    return commands_for({inf2, 0, g5, 0, 0}, {required_per_s}, fleet);
  }
  std::vector<Command> commands_for(const std::vector<int>& targets,
                                    const std::vector<double>& required, FleetState& of) {
    std::vector<Command> commands;
    reconcile({&spec, targets, required, version, seen_version, now}, of, commands);
    return commands;
  }
  static int launches(const std::vector<Command>& commands) {
    int count = 0;
    for (const auto& command : commands) count += std::holds_alternative<LaunchEndpoint>(command);
    return count;
  }
  static std::vector<EndpointId> stops(const std::vector<Command>& commands) {
    std::vector<EndpointId> ids;
    for (const auto& command : commands) {
      if (const auto* stop = std::get_if<StopEndpoint>(&command)) ids.push_back(stop->endpoint);
    }
    return ids;
  }
  EndpointState state_of(EndpointId id) { return fleet.find(id)->state; }

  FleetSpec spec = paper_fleet();
  FleetState fleet{spec, at(0s)};
  TimePoint now = at(0s);
  double required_per_s = 0.0;
  std::uint64_t version = 10;
  std::uint64_t seen_version = 10;
};

TEST_F(ReconcileTest, what_is_missing_is_launched) {
  have(kInf2, 2);
  const auto commands = want(5);
  EXPECT_EQ(launches(commands), 3);
  EXPECT_EQ(fleet.count(kInf2).booting, 3);
  for (const auto& command : commands) {
    const auto& launch = std::get<LaunchEndpoint>(command);
    EXPECT_EQ(launch.unit, kInf2);
    EXPECT_NE(fleet.find(launch.endpoint), nullptr);
  }
}

TEST_F(ReconcileTest, B82_pending_replicas_count_once) {
  EXPECT_EQ(launches(want(5)), 5);
  for (int tick = 1; tick <= 10; ++tick) {
    now += 1s;
    EXPECT_TRUE(want(5).empty()) << "tick " << tick;
  }
}

TEST_F(ReconcileTest, growing_takes_draining_replicas_back_before_it_launches) {
  have(kInf2, 4);
  want(2);
  ASSERT_EQ(fleet.count(kInf2).draining, 2);
  const auto commands = want(5);
  EXPECT_EQ(launches(commands), 1);
  EXPECT_EQ(fleet.count(kInf2).ready, 4);
  EXPECT_EQ(fleet.count(kInf2).draining, 0);
}

TEST_F(ReconcileTest, a_draining_replica_whose_probes_fail_is_not_taken_back) {
  const auto ids = have(kInf2, 1);
  want(0);
  for (int i = 0; i < 3; ++i) fleet.find(ids[0])->health.observe(false, 2, 3);
  EXPECT_EQ(launches(want(1)), 1);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kDraining);
}

TEST_F(ReconcileTest, a_stopped_replica_is_not_taken_back) {
  const auto ids = have(kInf2, 1);
  want(0);
  seen_version = version;
  EXPECT_EQ(stops(want(0)), ids);
  EXPECT_EQ(launches(want(1)), 1);
}

TEST_F(ReconcileTest, shrinking_gives_up_what_has_not_booted_first) {
  const auto ready = have(kInf2, 2);
  const auto booting = have(kInf2, 2, EndpointState::kBooting);
  EXPECT_EQ(stops(want(2)), (std::vector{booting[1], booting[0]})) << "youngest first";
  EXPECT_EQ(fleet.count(kInf2).ready, 2);
}

TEST_F(ReconcileTest, make_before_break_keeps_ready_capacity_for_the_requirement) {
  have(kG5Triton, 4);  // 6.67 requests/s
  required_per_s = 5.0;
  EXPECT_EQ(launches(want(3, 0)), 3);
  EXPECT_EQ(fleet.count(kG5Triton).ready, 3) << "one can be spared, the others must stay";
  want(3, 0);
  EXPECT_EQ(fleet.count(kG5Triton).ready, 3);
  for (EndpointRecord& record : fleet.endpoints()) {
    if (record.unit == kInf2) fleet.set_state(record, EndpointState::kReady, now);
  }
  want(3, 0);
  EXPECT_EQ(fleet.count(kG5Triton).ready, 0) << "6.15 requests/s of inf2 are there now";
}

TEST_F(ReconcileTest, services_that_share_a_unit_must_all_be_able_to_spare_it) {
  spec.services.push_back(testdata::make_service("other", {kInf2}));
  have(kInf2, 3);
  have(kG5Triton, 9);
  commands_for({0, 0, 9, 0, 0}, {1.0, 4.0}, fleet);
  EXPECT_EQ(fleet.count(kInf2).ready, 2) << "the other service has nothing else";
}

TEST_F(ReconcileTest, the_idlest_is_drained_first_and_of_equals_the_youngest) {
  const auto ids = have(kInf2, 4);
  fleet.find(ids[3])->in_flight = 1;
  want(2);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kReady);
  EXPECT_EQ(state_of(ids[1]), EndpointState::kDraining);
  EXPECT_EQ(state_of(ids[2]), EndpointState::kDraining);
  EXPECT_EQ(state_of(ids[3]), EndpointState::kReady);
}

TEST_F(ReconcileTest, a_drained_replica_stops_only_when_it_was_seen_draining_and_is_empty) {
  const auto ids = have(kInf2, 1);
  fleet.find(ids[0])->in_flight = 1;
  seen_version = version;
  EXPECT_TRUE(want(0).empty());
  EXPECT_EQ(state_of(ids[0]), EndpointState::kDraining);
  fleet.find(ids[0])->in_flight = 0;
  EXPECT_TRUE(want(0).empty()) << "a Router that has not seen it drain may still send to it";
  seen_version = fleet.find(ids[0])->drain_version;
  fleet.find(ids[0])->in_flight = 1;
  EXPECT_TRUE(want(0).empty()) << "a request is still on it";
  fleet.find(ids[0])->in_flight = 0;
  EXPECT_EQ(stops(want(0)), ids);
  EXPECT_TRUE(want(0).empty()) << "a stop is given once";
}

TEST_F(ReconcileTest, a_sick_replica_is_stopped_and_replaced) {
  const auto ids = have(kInf2, 2);
  fleet.set_state(*fleet.find(ids[0]), EndpointState::kUnhealthy, now);
  const auto commands = want(2);
  EXPECT_EQ(stops(commands), std::vector{ids[0]});
  EXPECT_EQ(launches(commands), 1);
}

TEST_F(ReconcileTest, a_boot_that_never_ends_is_given_up) {
  const auto ids = have(kInf2, 1, EndpointState::kBooting);
  now += 3 * spec.units[0].boot_time_max + 5s;
  EXPECT_TRUE(want(1).empty());
  now += 1s;
  const auto commands = want(1);
  EXPECT_EQ(stops(commands), ids);
  EXPECT_EQ(launches(commands), 1) << "and tried again";
}

TEST_F(ReconcileTest, a_frozen_fleet_is_left_alone_even_where_it_is_sick) {
  const auto sick = have(kInf2, 1, EndpointState::kUnhealthy);
  have(kInf2, 1);
  spec.control.guardrails.freeze = true;
  EXPECT_TRUE(want(1).empty());
  EXPECT_EQ(state_of(sick[0]), EndpointState::kUnhealthy);
}

TEST_F(ReconcileTest, a_stop_nobody_confirms_is_asked_for_again_and_taken_as_done_in_the_end) {
  const auto ids = have(kInf2, 1);
  want(0);  // drains
  seen_version = version;
  int asked = 0;
  const TimePoint first = now;
  for (; fleet.find(ids[0]) != nullptr && now < first + 1h; now += 1s) {
    for (const EndpointId id : stops(want(0))) {
      EXPECT_EQ(id, ids[0]);
      EXPECT_EQ(now - first, 120s * asked);
      ++asked;
    }
  }
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(fleet.find(ids[0]), nullptr);
  fleet.accrue(now);
  const double spent = fleet.spent_usd();
  fleet.accrue(now + 1h);
  EXPECT_EQ(fleet.spent_usd(), spent) << "and billed no longer";
}

TEST_F(ReconcileTest, a_replica_that_will_be_taken_back_is_replaced_at_once) {
  const auto ids = have(kInf2, 3);
  fleet.announce(*fleet.find(ids[0]), now + 120s);
  EXPECT_EQ(launches(want(3)), 1);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kReady) << "it serves on meanwhile";
}

TEST_F(ReconcileTest, it_serves_until_its_last_request_can_just_end_and_drains_then) {
  const auto ids = have(kInf2, 3);
  fleet.announce(*fleet.find(ids[0]), now + 120s);
  // 488 ms a request, at the longest 15 % more, and it is asked about once a second.
  now += 118400ms;
  want(2);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kReady);
  now += 100ms;
  want(2);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kDraining);
  EXPECT_EQ(fleet.count(kInf2).staying(), 2) << "and nothing else is given up for it";
}

TEST_F(ReconcileTest, a_slow_replica_is_drained_sooner) {
  const auto ids = have(kInf2, 1);
  fleet.unit(kInf2).slowdown = 4.0;
  fleet.unit(kInf2).confidence = 1.0;
  fleet.announce(*fleet.find(ids[0]), now + 10s);
  now += 7s;
  want(0);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kDraining) << "2.2 s and a tick before its end";
}

TEST_F(ReconcileTest, a_replica_that_leaves_does_not_count_as_able_to_take_over) {
  const auto ids = have(kInf2, 2);
  have(kG5Triton, 2);
  for (const EndpointId id : ids) fleet.announce(*fleet.find(id), now + 60s);
  required_per_s = 3.0;
  want(0, 0);
  EXPECT_EQ(fleet.count(kG5Triton).ready, 2);
}

TEST_F(ReconcileTest, a_frozen_fleet_still_sends_nothing_to_a_replica_about_to_end) {
  spec.control.guardrails.freeze = true;
  const auto ids = have(kInf2, 1);
  fleet.announce(*fleet.find(ids[0]), now + 1s);
  EXPECT_TRUE(want(0).empty());
  EXPECT_EQ(state_of(ids[0]), EndpointState::kDraining);
}

TEST_F(ReconcileTest, a_replica_drained_for_its_provider_is_not_won_back_unless_the_notice_is) {
  const auto ids = have(kInf2, 1);
  EndpointRecord* leaver = fleet.find(ids[0]);
  leaver->in_flight = 1;
  fleet.announce(*leaver, now);
  want(0);
  ASSERT_EQ(state_of(ids[0]), EndpointState::kDraining);
  EXPECT_EQ(launches(want(1)), 1);
  fleet.announce(*fleet.find(ids[0]), std::nullopt);
  EXPECT_EQ(launches(want(2)), 0);
  EXPECT_EQ(state_of(ids[0]), EndpointState::kReady);
}

TEST_F(ReconcileTest, fixed_servers_get_no_commands) {
  spec.units[0].managed = false;
  spec.units[0].endpoints = {{"10.0.0.1", 80}};
  FleetState fixed(spec, now);
  EXPECT_TRUE(commands_for({0, 0, 0, 0, 0}, {0.0}, fixed).empty());
  fixed.set_state(fixed.endpoints().front(), EndpointState::kUnhealthy, now);
  EXPECT_TRUE(commands_for({0, 0, 0, 0, 0}, {0.0}, fixed).empty());
}

TEST_F(ReconcileTest, while_launches_are_refused_the_next_launch_is_the_probe) {
  fleet.unit(kInf2).backoff.on_refused(now, 10s, 80s);
  now += 10s;
  want(1);
  EXPECT_EQ(fleet.unit(kInf2).backoff.state(now), LaunchBackoff::State::kProbing);
}

}  // namespace
}  // namespace signalbox::core
