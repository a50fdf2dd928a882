// SPDX-License-Identifier: Apache-2.0
//
// The loop around a real Controller: when it ticks, what it publishes and what it tells the
// actuator. Time stands still unless a test moves it, so every tick seen here was asked for.
#include "control/control_loop.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "control/fakes.h"

namespace signalbox::control {
namespace {

using Spec = std::shared_ptr<core::FleetSpec>;

// One service on a unit that always wants `replicas`, and on a fixed server.
Spec fleet_of(int replicas) {
  auto spec = std::make_shared<core::FleetSpec>();
  core::UnitSpec cloud;
  cloud.name = "cloud";
  cloud.price_usd_per_hour = 1.0;
  cloud.managed = true;
  cloud.min_replicas = replicas;
  cloud.max_replicas = 10;
  core::UnitSpec lab;
  lab.name = "lab";
  lab.price_usd_per_hour = 1.0;
  lab.endpoints = {{"127.0.0.1", 8000}};
  spec->units = {cloud, lab};
  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  service.units = {UnitId{0}, UnitId{1}};
  spec->services = {service};
  spec->control.tick = 1h;  // beats are tested apart
  return spec;
}

struct ControlLoopTest : ::testing::Test {
  ControlLoop::Ports ports() {
    return {
        .publish =
            [this](std::shared_ptr<const core::FleetView> view) {
              commands_before_view.push_back(actuator.launched.size() + actuator.stopped.size());
              views.push_back(std::move(view));
            },
        .digest =
            [this] {
              ++digests;
              return core::RouterDigest{};
            },
        .actuator = &actuator,
        .on_plan = [this](const core::Plan& plan) { plans.push_back(plan); },
        .on_refused = [this](const core::Signal&,
                             const std::string& why) { refusals.push_back(why); },
        .now = [this] { return now; }};
  }

  core::Signal signal(decltype(core::Signal::body) body) { return {now, "test", std::move(body)}; }

  core::Signal ready(EndpointId id) {
    return signal(core::EndpointReady{id, {"127.0.0.1", static_cast<std::uint16_t>(id.value)}});
  }

  // Runs what is due now, without waiting for anything.
  void settle() {
    io.restart();
    io.poll();
  }

  asio::io_context io{1};
  TimePoint now{1000s};
  FakeActuator actuator;
  std::vector<std::shared_ptr<const core::FleetView>> views;
  std::vector<std::size_t> commands_before_view;
  std::vector<core::Plan> plans;
  std::vector<std::string> refusals;
  int digests = 0;
};

TEST_F(ControlLoopTest, a_view_is_published_before_start_returns) {
  ControlLoop loop(io, fleet_of(2), ports());
  EXPECT_TRUE(views.empty());
  loop.start();
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0], loop.controller().view());
  EXPECT_EQ(plans.size(), 1u);
  EXPECT_EQ(digests, 1);
}

TEST_F(ControlLoopTest, commands_are_carried_out_once_and_after_the_view_is_published) {
  ControlLoop loop(io, fleet_of(2), ports());
  loop.start();
  ASSERT_EQ(actuator.launched.size(), 2u);
  EXPECT_EQ(actuator.launched[0].second, "cloud");
  EXPECT_EQ(commands_before_view, std::vector<std::size_t>{0});

  loop.take_one(ready(actuator.launched[0].first));
  settle();
  EXPECT_EQ(views.size(), 2u);
  EXPECT_EQ(actuator.launched.size(), 2u);
  EXPECT_TRUE(actuator.stopped.empty());
}

TEST_F(ControlLoopTest, a_batch_of_urgent_signals_is_followed_by_one_tick) {
  ControlLoop loop(io, fleet_of(3), ports());
  loop.start();
  std::vector<core::Signal> batch;
  for (const auto& [id, unit] : actuator.launched) batch.push_back(ready(id));
  loop.take(batch);
  EXPECT_EQ(views.size(), 1u) << "the tick comes after the news, not in the middle of it";
  settle();
  ASSERT_EQ(views.size(), 2u);
  EXPECT_EQ(views[1]->units[0].ready, 3);
  settle();
  EXPECT_EQ(views.size(), 2u);
}

TEST_F(ControlLoopTest, batches_of_one_turn_of_the_loop_share_a_tick) {
  ControlLoop loop(io, fleet_of(2), ports());
  loop.start();
  for (const auto& [id, unit] : actuator.launched) {
    asio::post(io, [&, id = id] { loop.take_one(ready(id)); });
  }
  settle();
  EXPECT_EQ(views.size(), 2u);
}

TEST_F(ControlLoopTest, a_second_piece_of_news_gets_a_tick_of_its_own) {
  ControlLoop loop(io, fleet_of(2), ports());
  loop.start();
  for (const auto& [id, unit] : std::vector(actuator.launched)) {
    loop.take_one(ready(id));
    settle();
  }
  EXPECT_EQ(views.size(), 3u);
}

TEST_F(ControlLoopTest, a_lost_replica_is_replaced_at_once) {
  ControlLoop loop(io, fleet_of(1), ports());
  loop.start();
  const EndpointId first = actuator.launched.at(0).first;
  loop.take_one(ready(first));
  settle();
  loop.take_one(signal(core::EndpointGone{first, "reclaimed"}));
  settle();
  ASSERT_EQ(actuator.launched.size(), 2u);
  EXPECT_NE(actuator.launched[1].first, first);
}

TEST_F(ControlLoopTest, a_price_waits_for_the_next_beat) {
  ControlLoop loop(io, fleet_of(1), ports());
  loop.start();
  const auto verdict = loop.take_one(signal(core::PriceQuote{UnitId{0}, 1.5}));
  EXPECT_FALSE(verdict.urgent);
  EXPECT_EQ(verdict.refused, "");
  settle();
  EXPECT_EQ(views.size(), 1u);
}

TEST_F(ControlLoopTest, the_verdict_on_an_implausible_signal_comes_back_and_is_told) {
  ControlLoop loop(io, fleet_of(1), ports());
  loop.start();
  const auto verdict = loop.take_one(signal(core::PriceQuote{UnitId{0}, -1.0}));
  EXPECT_NE(verdict.refused, "");
  EXPECT_EQ(refusals, std::vector<std::string>{verdict.refused});
}

TEST_F(ControlLoopTest, a_reload_publishes_a_view_of_the_new_fleet_before_adopt_returns) {
  ControlLoop loop(io, fleet_of(2), ports());
  loop.start();
  const Spec larger = fleet_of(4);
  loop.adopt(larger);
  ASSERT_EQ(views.size(), 2u);
  EXPECT_EQ(views[1]->spec, larger);
  EXPECT_EQ(actuator.launched.size(), 4u);
}

TEST_F(ControlLoopTest, a_reload_without_a_unit_stops_its_replicas) {
  ControlLoop loop(io, fleet_of(2), ports());
  loop.start();
  const Spec lab_only = fleet_of(0);
  lab_only->units.erase(lab_only->units.begin());
  lab_only->services[0].units = {UnitId{0}};
  loop.adopt(lab_only);
  EXPECT_EQ(actuator.stopped,
            (std::vector{actuator.launched[0].first, actuator.launched[1].first}));
}

TEST_F(ControlLoopTest, no_tick_comes_after_stop) {
  ControlLoop loop(io, fleet_of(1), ports());
  loop.start();
  loop.take_one(ready(actuator.launched[0].first));
  loop.stop();
  settle();
  EXPECT_EQ(views.size(), 1u);
  EXPECT_TRUE(io.stopped()) << "nothing is left to wait for";
}

TEST_F(ControlLoopTest, a_loop_destroyed_with_a_tick_on_its_way_leaves_nothing_behind) {
  {
    ControlLoop loop(io, fleet_of(1), ports());
    loop.start();
    loop.take_one(ready(actuator.launched[0].first));
  }
  settle();
  EXPECT_EQ(views.size(), 1u);
}

TEST_F(ControlLoopTest, ticks_keep_the_beat_and_skip_what_a_long_tick_missed) {
  const Spec spec = fleet_of(1);
  spec->control.tick = 2ms;
  ControlLoop::Ports timed = ports();
  timed.now = net::now;
  timed.digest = [this] {
    // The third tick lasts several beats.
    const TimePoint until = net::now() + (++digests == 3 ? 7ms : 0ms);
    while (net::now() < until) {
    }
    return core::RouterDigest{};
  };
  ControlLoop loop(io, spec, std::move(timed));
  loop.start();
  while (plans.size() < 8) ASSERT_EQ(io.run_one_for(10s), 1u);
  const TimePoint start = plans[0].at;
  for (std::size_t i = 1; i < plans.size(); ++i) {
    EXPECT_GT((plans[i].at - start) / 2ms, (plans[i - 1].at - start) / 2ms)
        << "two ticks in one beat";
  }
}

using ControlLoopDeathTest = ControlLoopTest;

TEST_F(ControlLoopDeathTest, managed_units_without_an_actuator_are_a_bug) {
  ControlLoop::Ports handless = ports();
  handless.actuator = nullptr;
  EXPECT_DEATH(ControlLoop(io, fleet_of(1), handless), "actuator");
}

}  // namespace
}  // namespace signalbox::control
