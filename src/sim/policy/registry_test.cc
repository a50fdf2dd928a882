// SPDX-License-Identifier: Apache-2.0
#include "sim/policy/registry.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/policy/testdata/policy_rig.h"

namespace signalbox::sim {
namespace {

core::FleetSpec small_fleet() {
  return rig_fleet({rig_unit("cheap", 1.0, 2.0, 10), rig_unit("dear", 2.0, 1.0, 50)});
}

DemandSeries steady_truth() {
  DemandSeries series;
  series.slot = 60s;
  series.work.assign(120, 6.0 * 60.0);
  series.requests.assign(120, 360);
  return series;
}

TEST(Policies, have_names_sources_and_the_same_grid_budget) {
  std::set<std::string_view> names;
  for (const PolicySpec& policy : policies()) {
    SCOPED_TRACE(policy.name);
    EXPECT_TRUE(names.insert(policy.name).second);
    EXPECT_FALSE(policy.title.empty());
    EXPECT_FALSE(policy.source.empty());
    EXPECT_EQ(policy.grid.size(), kGridBudget);
    EXPECT_TRUE(!policy.oracle || policy.needs_truth);
    EXPECT_TRUE(!policy.needs_truth || !policy.told.empty()) << "what it knows must be said";
    std::set<Parameters> points;
    for (const Parameters& point : policy.grid) {
      EXPECT_TRUE(points.insert(point).second) << "a point twice";
      for (const auto& [name, value] : point) EXPECT_TRUE(policy.defaults.contains(name)) << name;
    }
  }
  EXPECT_EQ(policies().front().name, "signalbox");
}

TEST(Policies, a_wrong_name_is_answered_with_the_nearest_and_all) {
  EXPECT_EQ(find_policy("lcp").value()->name, "lcp");
  const auto missed = find_policy("spot-hedge");
  ASSERT_FALSE(missed.ok());
  EXPECT_NE(missed.error().message.find("did you mean 'spothedge'?"), std::string::npos)
      << missed.error().message;
  EXPECT_NE(missed.error().message.find("paper-weighted-formula"), std::string::npos);
  EXPECT_EQ(find_policy("zzzzzzzzzz").error().message.find("did you mean"), std::string::npos);
}

TEST(Policies, come_with_the_router_they_were_published_with) {
  core::FleetSpec fleet = small_fleet();
  fleet.services[0].weights = {1.0, 2.0};
  route_natively(**find_policy("paper-weighted"), fleet);
  EXPECT_EQ(fleet.services[0].routing, core::RoutingPolicy::kPaperWeighted);
  EXPECT_TRUE(fleet.services[0].weights.empty()) << "not the paper's fleet: the formula";
  route_natively(**find_policy("p2c"), fleet);
  EXPECT_EQ(fleet.services[0].routing, core::RoutingPolicy::kPowerOfTwo);
  route_natively(**find_policy("signalbox"), fleet);
  EXPECT_EQ(fleet.services[0].routing, core::RoutingPolicy::kSignalbox);
}

// Each policy at each point of its grid, for an hour: what it launches is ready five minutes later,
// and 6/s come in, shared out in proportion to capacity.
TEST(Policies, carry_a_steady_load_at_every_point_of_their_grids) {
  const DemandSeries truth = steady_truth();
  for (const PolicySpec& policy : policies()) {
    for (const Parameters& point : policy.grid) {
      std::string which(policy.name);
      for (const auto& [name, value] : point) which += " " + name + "=" + std::to_string(value);
      SCOPED_TRACE(which);
      PolicyInput input{.fleet = small_fleet(), .pools = {}, .truth = &truth};
      route_natively(policy, input.fleet);
      const auto control = make_control(policy, point, input);
      core::RouterDigest digest;
      digest.services.resize(1);
      digest.units.resize(2);
      std::vector<std::pair<TimePoint, EndpointId>> boots;
      std::size_t booted = 0;
      double forwarded[2] = {0.0, 0.0};
      for (int second = 0; second <= 3600; ++second) {
        const TimePoint now = at(second * 1s);
        for (; booted < boots.size() && boots[booted].first <= now; ++booted) {
          const core::EndpointReady ready{boots[booted].second, {"replica", 1}};
          control->on_signal({now, "test", ready}, now);
        }
        if (second > 0) {
          const auto& units = control->view()->units;
          const double capacity = 2.0 * units[0].ready + units[1].ready;
          for (std::size_t u = 0; u < 2 && capacity > 0.0; ++u) {
            forwarded[u] += 6.0 * units[u].ready * (u == 0 ? 2.0 : 1.0) / capacity;
            digest.units[u].completed = static_cast<std::uint64_t>(forwarded[u]);
          }
          digest.at = now;
          digest.view_version = control->view()->version;
          digest.services[0].arrivals += 6;
          digest.services[0].work += 6.0;
          digest.services[0].held = capacity > 0.0 ? 0 : 10;
          control->on_digest(digest, now);
        }
        for (const auto& command : control->tick(now).commands) {
          if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
            boots.emplace_back(now + 300s, launch->endpoint);
          } else {
            const core::EndpointGone gone{std::get<core::StopEndpoint>(command).endpoint,
                                          "stopped"};
            control->on_signal({now, "test", gone}, now);
          }
        }
      }
      const auto& units = control->view()->units;
      EXPECT_GE(2.0 * units[0].ready + units[1].ready, 0.9 * 6.0);
      EXPECT_LE(2.0 * units[0].ready + units[1].ready, 24.0);
    }
  }
}

}  // namespace
}  // namespace signalbox::sim
