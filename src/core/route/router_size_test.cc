// SPDX-License-Identifier: Apache-2.0
//
// Size matched to unit: a request is judged by its own work, so one that is too large for a slow
// unit's pace goes to a faster one, though the mean request would fit.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::view_of;

TEST(RouterSize, what_would_miss_on_the_cheap_unit_for_its_size_goes_to_a_faster_one) {
  FleetSpec spec;
  spec.units = {make_unit("cheap", 0.5, 60), make_unit("fast", 3.0, 240)};
  spec.services = {make_service("images", {UnitId(0), UnitId(1)})};
  RouterRig rig(view_of(spec, {1, 1}));
  EXPECT_EQ(rig.ask_for_work(1, 1.0).unit, UnitId(0)) << "a second of two";
  rig.cancel(1);
  EXPECT_EQ(rig.ask_for_work(2, 1.9).unit, UnitId(1)) << "1.9 s give or take 5 % is no 99 %";
}

// An idle fleet whose units differ in pace and price; service times spread alike.
FleetSpec drawn_fleet() {
  FleetSpec spec;
  const int units = *rc::gen::inRange(2, 9);
  ServiceSpec service = make_service("images", {});
  for (int u = 0; u < units; ++u) {
    spec.units.push_back(make_unit("u" + std::to_string(u), *rc::gen::inRange(1, 100) / 10.0,
                                   *rc::gen::inRange(10, 400)));
    service.units.emplace_back(static_cast<std::uint32_t>(u));
  }
  service.objective.latency = std::chrono::milliseconds(*rc::gen::inRange(200, 4000));
  spec.services = {service};
  return spec;
}

// How long the chosen unit takes for a request of work 1, asked of an idle fleet.
Duration pace_of_choice(const FleetSpec& spec, double work) {
  RouterRig rig(view_of(spec, std::vector<int>(spec.units.size(), 1)));
  const Decision decision = rig.ask_for_work(1, work);
  RC_ASSERT(decision.action == Action::kForward);
  return spec.unit(decision.unit).profile.latency(1);
}

RC_GTEST_PROP(RouterSize, a_larger_request_never_gets_a_slower_unit_at_equal_deadline_per_work,
              ()) {
  FleetSpec spec = drawn_fleet();
  spec.services[0].objective.per_work = true;
  const double small = *rc::gen::inRange(1, 8) / 2.0;
  const double large = small * *rc::gen::element(1.5, 2.0, 4.0, 8.0);
  RC_ASSERT(pace_of_choice(spec, large) <= pace_of_choice(spec, small));
}

RC_GTEST_PROP(RouterSize, nor_where_all_are_owed_the_same_latency, ()) {
  const FleetSpec spec = drawn_fleet();
  const double small = *rc::gen::inRange(1, 8) / 2.0;
  const double large = small * *rc::gen::element(1.5, 2.0, 4.0, 8.0);
  RC_ASSERT(pace_of_choice(spec, large) <= pace_of_choice(spec, small));
}

}  // namespace
}  // namespace signalbox::core
