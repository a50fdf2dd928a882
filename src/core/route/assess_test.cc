// SPDX-License-Identifier: Apache-2.0
//
// The facts a pick rests on: prediction at the load the request would find, price, and what a held
// request must leave itself.
#include "core/route/assess.h"

#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::endpoint_of;
using testdata::make_service;
using testdata::make_unit;
using testdata::two_units;
using testdata::view_of;

class AssessTest : public testing::Test {
 protected:
  void see(std::shared_ptr<FleetView> seen) {
    view = std::move(seen);
    live.adopt(*view, nullptr, now);
    gather(*view, view->spec->services[0], prospects);
  }
  const Candidates& look(TimePoint deadline, double work = 1.0) {
    assess(prospects, live, {work, deadline}, now, prng, candidates, offers);
    return candidates;
  }
  Duration quickest() { return quickest_service(prospects, live); }

  TimePoint now = at(10s);
  std::shared_ptr<FleetView> view;
  LiveFleet live;
  Prng prng{1};
  std::vector<Prospect> prospects;
  Candidates candidates;
  Offers offers{};
};

TEST_F(AssessTest, gives_one_candidate_per_unit_in_the_services_order) {
  auto spec = two_units();
  spec.services[0].units = {UnitId(1), UnitId(0)};
  see(view_of(spec, {1, 1}));
  const auto& seen = look(at(12s));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].unit, UnitId(1));
  EXPECT_EQ(seen[1].endpoint, endpoint_of(0, 1));
}

TEST_F(AssessTest, predicts_the_profile_and_prices_the_request) {
  see(view_of(two_units(), {1, 1}));
  const auto& seen = look(at(12s));
  EXPECT_EQ(seen[0].predicted, 500ms);
  EXPECT_NEAR(seen[0].probability, 1.0, 1e-9);
  EXPECT_NEAR(seen[0].cost_usd, 0.75 / 7200.0, 1e-12);
}

TEST_F(AssessTest, predicts_for_the_load_the_request_itself_would_make) {
  FleetSpec spec;
  spec.units = {make_unit("batching", 1.0, 60)};
  spec.units[0].slots = 2;
  spec.units[0].profile = Profile::measured({{1, 1s}, {2, 1500ms}}, 0.1);
  spec.services = {make_service("s", {UnitId(0)})};
  see(view_of(spec, {1}));
  EXPECT_EQ(look(at(12s))[0].predicted, 1s);
  live.occupy(*live.find(endpoint_of(0, 1)));
  EXPECT_EQ(look(at(12s))[0].predicted, 1500ms);
}

TEST_F(AssessTest, what_a_unit_has_shown_corrects_its_profile) {
  see(view_of(two_units(), {1, 1}));
  for (int i = 0; i < 500; ++i) live.unit(UnitId(0)).service_time.observe(1s, 500ms);
  EXPECT_NEAR(to_seconds(look(at(12s))[0].predicted), 1.0, 0.01);
}

TEST_F(AssessTest, twice_the_work_takes_twice_the_time_and_costs_twice_as_much) {
  see(view_of(two_units(), {1, 1}));
  const auto& seen = look(at(12s), 2.0);
  EXPECT_EQ(seen[0].predicted, 1s);
  EXPECT_NEAR(seen[0].cost_usd, 2.0 * 0.75 / 7200.0, 1e-12);
  EXPECT_NEAR(look(at(11s), 2.0)[0].probability, 0.5, 1e-9) << "as long as it takes on average";
  EXPECT_NEAR(look(at(11s), 1.0)[0].probability, 1.0, 1e-9);
}

TEST_F(AssessTest, tells_busy_from_unavailable) {
  see(view_of(two_units(), {1, 0}));
  live.occupy(*live.find(endpoint_of(0, 1)));
  const auto& seen = look(at(12s));
  EXPECT_EQ(seen[0].verdict, Verdict::kBusy);
  EXPECT_NEAR(seen[0].probability, 1.0, 1e-9) << "if its slot freed now";
  EXPECT_EQ(seen[1].verdict, Verdict::kUnavailable);
  EXPECT_EQ(seen[1].probability, 0.0);
  EXPECT_FALSE(can_start(seen[0]));
  EXPECT_FALSE(can_start(seen[1]));
}

TEST_F(AssessTest, past_the_deadline_nothing_is_in_time) {
  see(view_of(two_units(), {1, 1}));
  EXPECT_EQ(look(at(9s))[0].probability, 0.0);
}

TEST_F(AssessTest, no_more_units_than_a_decision_can_explain) {
  FleetSpec spec;
  std::vector<UnitId> units;
  for (std::uint32_t i = 0; i < kMaxCandidates + 3; ++i) {
    spec.units.push_back(make_unit("u" + std::to_string(i), 1.0, 60));
    units.push_back(UnitId(i));
  }
  spec.services = {make_service("s", units)};
  see(view_of(spec, std::vector<int>(spec.units.size(), 1)));
  EXPECT_EQ(look(at(12s)).size(), kMaxCandidates);
}

TEST_F(AssessTest, the_quickest_service_is_that_of_the_fastest_unit_with_a_margin) {
  see(view_of(two_units(), {1, 1}));
  EXPECT_EQ(quickest(), 550ms) << "0.5 s and two deviations of 5 %";
}

TEST_F(AssessTest, a_unit_without_endpoints_does_not_promise_speed) {
  see(view_of(two_units(), {0, 1}));
  EXPECT_EQ(quickest(), 660ms);
  see(view_of(two_units(), {0, 0}));
  EXPECT_EQ(quickest(), 550ms) << "when there are none at all, the best that may come counts";
}

}  // namespace
}  // namespace signalbox::core
