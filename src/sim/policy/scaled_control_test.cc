// SPDX-License-Identifier: Apache-2.0
#include "sim/policy/scaled_control.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/prng.h"
#include "sim/policy/testdata/policy_rig.h"

namespace signalbox::sim {
namespace {

using core::EndpointState;

// Wants what the test wrote down last, and remembers what it was shown.
class Dictated final : public Scaler {
 public:
  struct Script {
    std::vector<int> replicas;
    core::Mode mode = core::Mode::kCostOptimized;
    Duration period = 60s;
    Duration window = 60s;
    int decisions = 0;
    Observation seen;
    std::vector<UnitObservation> units;
  };
  explicit Dictated(Script& script) : script_(script) {}

  Duration period() const override { return script_.period; }
  Duration window() const override { return script_.window; }
  void decide(const Observation& seen, Wish& wish) override {
    ++script_.decisions;
    script_.seen = seen;
    script_.units.assign(seen.units.begin(), seen.units.end());
    wish.replicas = script_.replicas;
    wish.mode = script_.mode;
    wish.evidence = "as dictated";
  }

 private:
  Script& script_;
};

// A control, and a provider and router of few words beside it.
class Rig {
 public:
  explicit Rig(std::vector<int> wish, std::vector<core::UnitSpec> units = two_units(),
               bool make_before_break = false) {
    script.replicas = std::move(wish);
    auto spec = std::make_shared<core::FleetSpec>(rig_fleet(std::move(units)));
    unit_count_ = spec->units.size();
    forwarded.resize(unit_count_);
    control = std::make_unique<ScaledControl>(
        spec, std::make_unique<Dictated>(script),
        ScaledOptions{.tiers = {}, .truth = nullptr, .make_before_break = make_before_break},
        TimePoint{});
  }

  static std::vector<core::UnitSpec> two_units() {
    return {rig_unit("cheap", 1.0, 2.0, 10), rig_unit("dear", 2.0, 1.0, 10)};
  }

  // Delivers a digest, ticks, and notes the commands.
  const core::Plan& tick(Duration since_start) {
    now = at(since_start);
    if (reporting && control->view() != nullptr) control->on_digest(digest(), now);
    const core::Plan& plan = control->tick(now);
    launched.clear();
    stopped.clear();
    for (const auto& command : plan.commands) {
      if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
        launched.push_back(launch->endpoint);
        unit_of[launch->endpoint] = launch->unit;
      } else {
        stopped.push_back(std::get<core::StopEndpoint>(command).endpoint);
      }
    }
    return plan;
  }
  bool ready(EndpointId id) { return say(core::EndpointReady{id, {"replica", 1}}); }
  bool gone(EndpointId id) { return say(core::EndpointGone{id, "gone"}); }
  bool refuse(EndpointId id) { return say(core::LaunchRefused{id, unit_of.at(id), "no capacity"}); }
  template <class Body>
  bool say(Body body) {
    return control->on_signal({now, "test", std::move(body)}, now);
  }
  int count(std::uint32_t unit, EndpointState state) const {
    const auto& endpoints = control->view()->endpoints;
    return static_cast<int>(std::count_if(endpoints.begin(), endpoints.end(), [&](const auto& e) {
      return e.unit == UnitId(unit) && e.state == state;
    }));
  }

  Dictated::Script script;
  std::unique_ptr<ScaledControl> control;
  TimePoint now{};
  std::vector<EndpointId> launched, stopped;  // by the last tick
  std::map<EndpointId, UnitId> unit_of;
  std::uint64_t arrivals = 0;
  double work_each = 1.0;
  std::vector<std::uint64_t> forwarded;
  std::map<EndpointId, int> in_flight;
  bool reporting = true;

 private:
  core::RouterDigest digest() const {
    core::RouterDigest digest;
    digest.at = now;
    digest.view_version = control->view()->version;
    digest.services.resize(1);
    digest.services[0].arrivals = arrivals;
    digest.services[0].work = static_cast<double>(arrivals) * work_each;
    digest.units.resize(unit_count_);
    for (std::size_t i = 0; i < unit_count_; ++i) digest.units[i].completed = forwarded[i];
    for (const auto& endpoint : control->view()->endpoints) {
      core::EndpointDigest entry;
      entry.endpoint = endpoint.id;
      entry.unit = endpoint.unit;
      if (const auto found = in_flight.find(endpoint.id); found != in_flight.end()) {
        entry.in_flight = found->second;
      }
      digest.endpoints.push_back(entry);
    }
    return digest;
  }

  std::size_t unit_count_ = 0;
};

TEST(ScaledControl, launches_what_is_missing_once) {
  Rig rig({3, 1});
  rig.tick(0s);
  EXPECT_EQ(rig.launched.size(), 4U);
  EXPECT_EQ(rig.count(0, EndpointState::kBooting), 3);
  EXPECT_EQ(rig.count(1, EndpointState::kBooting), 1);
  for (int second = 1; second <= 300; ++second) {
    rig.tick(second * 1s);
    EXPECT_TRUE(rig.launched.empty()) << "those that boot are pending, at second " << second;
  }
  EXPECT_EQ(rig.script.decisions, 6) << "once a minute, from the start on";
}

TEST(ScaledControl, asks_at_the_starts_multiples_however_the_ticks_fall) {
  Rig rig({0, 0});
  rig.tick(0s);
  rig.tick(59s);
  EXPECT_EQ(rig.script.decisions, 1);
  rig.tick(61s);  // late by a second
  EXPECT_EQ(rig.script.decisions, 2);
  rig.tick(119s);
  EXPECT_EQ(rig.script.decisions, 2);
  rig.tick(120s);
  EXPECT_EQ(rig.script.decisions, 3);
}

TEST(ScaledControl, a_lost_replica_is_replaced_at_once_and_a_refused_one_at_the_next_period) {
  Rig rig({2, 0});
  rig.tick(0s);
  const auto first = rig.launched;
  EXPECT_TRUE(rig.ready(first[0])) << "the router should know of it at once";
  EXPECT_FALSE(rig.refuse(first[1])) << "real autoscalers poll";
  rig.tick(1s);
  EXPECT_TRUE(rig.launched.empty());
  rig.tick(59s);
  EXPECT_TRUE(rig.launched.empty());
  rig.tick(60s);
  ASSERT_EQ(rig.launched.size(), 1U);
  EXPECT_EQ(rig.script.units[0].refused_at, at(0s));
  rig.ready(rig.launched[0]);
  rig.tick(61s);
  EXPECT_TRUE(rig.gone(first[0]));
  rig.tick(62s);
  EXPECT_EQ(rig.launched.size(), 1U) << "replaced without waiting for a minute to pass";
  EXPECT_NE(rig.launched[0], first[0]) << "ids are never used again";
}

TEST(ScaledControl, what_is_given_notice_serves_on_while_its_replacement_boots) {
  Rig rig({1, 0});
  rig.tick(0s);
  ASSERT_EQ(rig.launched.size(), 1U);
  const EndpointId leaving = rig.launched[0];
  rig.ready(leaving);
  rig.tick(1s);
  EXPECT_TRUE(rig.say(core::EndpointLeaving{leaving, at(121s)}));
  rig.tick(2s);
  EXPECT_EQ(rig.launched.size(), 1U);
  EXPECT_TRUE(rig.stopped.empty());
  EXPECT_EQ(rig.control->view()->units[0].ready, 1);
  rig.tick(3s);
  EXPECT_TRUE(rig.launched.empty());  // once is enough
}

TEST(ScaledControl, drains_before_it_stops) {
  Rig rig({2, 0});
  rig.tick(0s);
  for (const auto id : std::vector(rig.launched)) rig.ready(id);
  rig.tick(1s);
  rig.in_flight = {{EndpointId(1), 1}, {EndpointId(2), 1}};
  rig.script.replicas = {0, 0};
  rig.tick(60s);
  EXPECT_EQ(rig.count(0, EndpointState::kDraining), 2);
  EXPECT_TRUE(rig.stopped.empty());
  rig.in_flight[EndpointId(2)] = 0;
  rig.tick(61s);
  EXPECT_EQ(rig.stopped, std::vector{EndpointId(2)});
  rig.gone(EndpointId(2));
  rig.tick(62s);
  EXPECT_TRUE(rig.stopped.empty()) << "the other one still serves";
  rig.in_flight[EndpointId(1)] = 0;
  rig.tick(63s);
  EXPECT_EQ(rig.stopped, std::vector{EndpointId(1)});
  EXPECT_FALSE(rig.gone(EndpointId(1))) << "expected, so no news";
  rig.tick(64s);
  EXPECT_TRUE(rig.control->view()->endpoints.empty());
}

TEST(ScaledControl, does_not_stop_what_was_sent_requests_under_the_view_before) {
  Rig rig({1, 0});
  rig.tick(0s);
  rig.ready(EndpointId(1));
  rig.tick(1s);
  rig.script.replicas = {0, 0};
  rig.tick(60s);
  EXPECT_TRUE(rig.stopped.empty())
      << "the digest that says idle is older than the view that drains";
  rig.tick(61s);
  EXPECT_EQ(rig.stopped.size(), 1U);
}

TEST(ScaledControl, the_idlest_go_first_and_boots_before_them) {
  Rig rig({4, 0});
  rig.tick(0s);
  for (const std::uint64_t id : {1U, 2U, 3U}) rig.ready(EndpointId(id));
  rig.tick(1s);
  rig.in_flight = {{EndpointId(1), 0}, {EndpointId(2), 3}, {EndpointId(3), 1}};
  rig.script.replicas = {2, 0};
  rig.tick(60s);
  EXPECT_EQ(rig.stopped, std::vector{EndpointId(4)}) << "it has not even booted";
  const auto view = rig.control->view();
  ASSERT_EQ(view->endpoints.size(), 4U);
  EXPECT_EQ(view->endpoints[0].state, EndpointState::kDraining);
  EXPECT_EQ(view->endpoints[1].state, EndpointState::kReady);
  EXPECT_EQ(view->endpoints[2].state, EndpointState::kReady);
}

TEST(ScaledControl, what_drains_goes_back_to_work_before_anything_is_launched) {
  Rig rig({2, 0});
  rig.tick(0s);
  for (const auto id : std::vector(rig.launched)) rig.ready(id);
  rig.tick(1s);
  rig.in_flight = {{EndpointId(1), 1}, {EndpointId(2), 1}};
  rig.script.replicas = {0, 0};
  rig.tick(60s);
  rig.script.replicas = {3, 0};
  rig.tick(120s);
  EXPECT_EQ(rig.count(0, EndpointState::kReady), 2);
  EXPECT_EQ(rig.launched.size(), 1U);
}

TEST(ScaledControl, keeps_to_the_limits_of_the_spec) {
  auto units = Rig::two_units();
  units[0].max_replicas = 3;
  units[1].min_replicas = 2;
  Rig rig({1000, 0}, units);
  const auto& plan = rig.tick(0s);
  EXPECT_EQ(plan.unit_targets, (std::vector{3, 2}));
  EXPECT_EQ(rig.count(0, EndpointState::kBooting), 3);
  EXPECT_EQ(rig.count(1, EndpointState::kBooting), 2);
}

TEST(ScaledControl, fixed_servers_serve_from_the_start_and_are_never_commanded) {
  auto units = Rig::two_units();
  units[1].managed = false;
  units[1].endpoints = {{"10.0.0.1", 80}, {"10.0.0.2", 80}};
  Rig rig({1, 50}, units);
  rig.tick(0s);
  EXPECT_EQ(rig.count(1, EndpointState::kReady), 2);
  EXPECT_EQ(rig.control->view()->endpoints[0].address.host, "10.0.0.1");
  EXPECT_EQ(rig.control->view()->endpoints[0].id, EndpointId(1));
  EXPECT_EQ(rig.launched, std::vector{EndpointId(3)});
  EXPECT_EQ(rig.script.units[1].ready, 2);
}

TEST(ScaledControl, sick_replicas_are_stopped_and_replaced) {
  Rig rig({1, 0});
  rig.tick(0s);
  rig.ready(EndpointId(1));
  rig.tick(1s);
  for (int probe = 0; probe < 3; ++probe) rig.say(core::ProbeResult{EndpointId(1), false});
  rig.tick(2s);
  EXPECT_EQ(rig.stopped, std::vector{EndpointId(1)});
  EXPECT_EQ(rig.launched, std::vector{EndpointId(2)});
  // It had died without a word, so nobody confirms its end; it is forgotten all the same.
  rig.tick(60s);
  EXPECT_EQ(rig.control->view()->endpoints.size(), 2U);
  rig.tick(120s);
  ASSERT_EQ(rig.control->view()->endpoints.size(), 1U);
  EXPECT_EQ(rig.control->view()->endpoints[0].id, EndpointId(2));
}

TEST(ScaledControl, rates_are_those_of_the_window) {
  Rig rig({1, 0});
  rig.script.period = 20s;
  rig.script.window = 60s;
  rig.tick(0s);
  EXPECT_EQ(rig.script.seen.arrived_per_s, 0.0);
  const auto period = [&](int from_s, std::uint64_t per_s) {
    for (int s = from_s + 1; s <= from_s + 20; ++s) {
      rig.arrivals += per_s;
      rig.forwarded[1] += per_s;
      rig.tick(s * 1s);
    }
  };
  period(0, 6);
  EXPECT_DOUBLE_EQ(rig.script.seen.arrived_per_s, 6.0) << "over the 20 s there are";
  period(20, 6);
  period(40, 6);
  period(60, 12);
  EXPECT_DOUBLE_EQ(rig.script.seen.arrived_per_s, 8.0) << "(6 + 6 + 12) / 3";
  EXPECT_DOUBLE_EQ(rig.script.units[1].forwarded_per_s, 8.0);
  period(80, 12);
  period(100, 12);
  EXPECT_DOUBLE_EQ(rig.script.seen.arrived_per_s, 12.0);
}

TEST(ScaledControl, load_is_work_and_not_a_count_of_requests) {
  Rig rig({1, 0});
  rig.work_each = 2.5;
  rig.tick(0s);
  rig.arrivals = 120;
  rig.tick(60s);
  EXPECT_DOUBLE_EQ(rig.script.seen.arrived_per_s, 5.0);
}

TEST(ScaledControl, without_metrics_nothing_is_decided_and_nothing_lost) {
  Rig rig({1, 0});
  rig.tick(0s);
  rig.arrivals = 60;
  rig.tick(60s);
  EXPECT_EQ(rig.script.decisions, 2);
  rig.reporting = false;
  rig.arrivals = 660;
  rig.tick(120s);
  rig.tick(180s);
  EXPECT_EQ(rig.script.decisions, 2);
  rig.gone(EndpointId(1));
  rig.tick(181s);
  EXPECT_EQ(rig.launched.size(), 1U) << "what was wanted last is still kept up";
  rig.reporting = true;
  rig.tick(240s);
  EXPECT_EQ(rig.script.decisions, 3);
  EXPECT_NEAR(rig.script.seen.arrived_per_s, 600.0 / 180.0, 1e-9) << "averaged over the blackout";
}

TEST(ScaledControl, makes_before_it_breaks_where_the_policy_does) {
  // From two of the dear unit (1/s each) to one of the cheap (2/s).
  for (const bool careful : {false, true}) {
    SCOPED_TRACE(careful);
    Rig rig({0, 2}, Rig::two_units(), careful);
    rig.tick(0s);
    for (const auto id : std::vector(rig.launched)) rig.ready(id);
    rig.tick(1s);
    rig.script.replicas = {1, 0};
    rig.tick(60s);
    ASSERT_EQ(rig.launched.size(), 1U);
    EXPECT_EQ(rig.count(1, EndpointState::kReady), careful ? 2 : 0);
    rig.ready(rig.launched[0]);
    rig.tick(70s);
    EXPECT_EQ(rig.count(0, EndpointState::kReady), 1);
    EXPECT_EQ(rig.count(1, EndpointState::kReady), 0) << "now it can be spared";
  }
}

TEST(ScaledControl, tells_what_it_is_told_of_prices_limits_and_modes) {
  Rig rig({1, 1});
  rig.tick(0s);
  rig.say(core::PriceQuote{UnitId(0), 0.5});
  rig.say(core::CapacityLimit{UnitId(1), 4});
  rig.script.mode = core::Mode::kCapacityOptimized;
  const auto& plan = rig.tick(60s);
  EXPECT_EQ(rig.script.units[0].price_usd_per_hour, 0.5);
  EXPECT_EQ(rig.script.units[1].pool_limit, 4);
  ASSERT_EQ(plan.mode_changes.size(), 1U);
  EXPECT_EQ(plan.mode_changes[0].to, core::Mode::kCapacityOptimized);
  EXPECT_EQ(plan.mode_changes[0].evidence, "as dictated");
  const auto view = rig.control->view();
  EXPECT_EQ(view->services[0].mode, core::Mode::kCapacityOptimized);
  EXPECT_EQ(view->units[1].limit, 4);
  EXPECT_DOUBLE_EQ(view->units[0].cost_usd_per_request, 0.5 / 3600.0 / 2.0);
  EXPECT_DOUBLE_EQ(view->cost_usd_per_hour, 0.5 + 2.0);
  // A minute at 1 + 2 USD/hour.
  EXPECT_NEAR(view->spent_usd, 3.0 / 60.0, 1e-12);
  EXPECT_TRUE(rig.tick(61s).mode_changes.empty()) << "said once";
}

TEST(ScaledControl, a_tick_without_news_changes_nothing_at_all) {
  Rig rig({2, 1});
  rig.tick(0s);
  for (const auto id : std::vector(rig.launched)) rig.ready(id);
  rig.tick(1s);
  const auto view = rig.control->view();
  const auto version = rig.tick(2s).version;
  EXPECT_EQ(rig.control->view(), view) << "the same object, not an equal one";
  EXPECT_EQ(view->version, version);
  EXPECT_TRUE(rig.tick(3s).commands.empty());
}

TEST(ScaledControl, is_told_of_strangers_and_does_not_care) {
  Rig rig({1, 0});
  rig.tick(0s);
  EXPECT_FALSE(rig.ready(EndpointId(77)));
  EXPECT_FALSE(rig.gone(EndpointId(77)));
  EXPECT_FALSE(rig.say(core::ProbeResult{EndpointId(77), false}));
  EXPECT_FALSE(rig.say(core::LaunchRefused{EndpointId(77), UnitId(0), "who?"}));
  EXPECT_FALSE(rig.say(core::PriceQuote{UnitId(9), 1.0}));
  rig.tick(1s);
  EXPECT_EQ(rig.control->view()->endpoints.size(), 1U);
}

// A provider that refuses, loses and readies at random, against a policy that changes its mind at
// random: every endpoint is accounted for, and equal histories give equal commands.
TEST(ScaledControl, loses_nobody_in_a_storm_and_repeats_itself) {
  const auto storm = [](std::uint64_t seed) {
    Prng prng(seed);
    Rig rig({0, 0});
    std::set<EndpointId> alive;
    std::vector<std::pair<std::uint64_t, bool>> history;
    for (int second = 0; second < 4000; ++second) {
      if (prng.below(50) == 0) {
        rig.script.replicas = {static_cast<int>(prng.below(12)), static_cast<int>(prng.below(12))};
      }
      for (const auto id : alive) rig.in_flight[id] = static_cast<int>(prng.below(2));
      rig.tick(second * 1s);
      for (const auto id : rig.launched) {
        history.emplace_back(id.value, true);
        EXPECT_TRUE(alive.insert(id).second) << "launched twice";
      }
      for (const auto id : rig.stopped) {
        history.emplace_back(id.value, false);
        EXPECT_EQ(alive.erase(id), 1U) << "stopped twice, or never there";
      }
      for (const auto id : std::vector(rig.launched)) {
        if (prng.below(4) != 0) continue;
        rig.refuse(id);
        alive.erase(id);
      }
      for (const auto id : std::vector(rig.stopped)) rig.gone(id);
      for (const auto id : std::vector(alive.begin(), alive.end())) {
        if (prng.below(20) == 0) rig.ready(id);
        if (prng.below(500) == 0) {
          rig.gone(id);
          alive.erase(id);
        }
      }
      rig.tick(second * 1s + 500ms);
      for (const auto id : rig.launched) {
        history.emplace_back(id.value, true);
        alive.insert(id);
      }
      for (const auto id : rig.stopped) {
        history.emplace_back(id.value, false);
        alive.erase(id);
      }
      for (const auto id : std::vector(rig.stopped)) rig.gone(id);
      std::vector<int> held(2, 0);
      for (const auto id : alive) ++held[rig.unit_of.at(id).index()];
      EXPECT_LE(held[0], 10 + 10) << "draining ones included";
    }
    std::set<EndpointId> known;
    rig.tick(4001s);
    for (const auto& endpoint : rig.control->view()->endpoints) known.insert(endpoint.id);
    for (const auto id : rig.launched) alive.insert(id);
    for (const auto id : alive) EXPECT_TRUE(known.contains(id)) << id.value;
    return history;
  };
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const auto once = storm(seed);
    EXPECT_GT(once.size(), 200U);
    EXPECT_EQ(once, storm(seed));
  }
}

}  // namespace
}  // namespace signalbox::sim
