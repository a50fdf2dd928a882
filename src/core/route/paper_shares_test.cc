// SPDX-License-Identifier: Apache-2.0
//
// The paper's shares against the paper's own text.
#include "core/route/paper_shares.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::paper_fleet;
using testdata::view_of;

std::vector<double> by_cost(const FleetView& view) {
  std::vector<double> shares(view.spec->services[0].units.size());
  cost_shares(view, view.spec->services[0], shares);
  return shares;
}

std::vector<double> equally(const FleetView& view) {
  std::vector<double> shares(view.spec->services[0].units.size());
  equal_shares(view, view.spec->services[0], shares);
  return shares;
}

// Efficiency T / (C x L), normalised; a replica that serves one at a time has L = 1 / T.
TEST(PaperShares, follow_the_papers_text_and_favour_the_efficient) {
  const auto view = view_of(paper_fleet(), {1, 1, 1, 1, 1});
  const auto weights = by_cost(*view);
  const std::vector<double> expected = {0.3673, 0.2609, 0.1830, 0.0966, 0.0922};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(weights[i], expected[i], 2e-4);
}

TEST(PaperShares, a_unit_that_becomes_dearer_loses_weight) {
  const auto view = view_of(paper_fleet(), {1, 1, 1, 1, 1});
  const double before = by_cost(*view)[0];
  view->units[0].price_usd_per_hour *= 2.0;
  EXPECT_LT(by_cost(*view)[0], before);
}

TEST(PaperShares, hand_set_weights_are_taken_as_they_are) {
  auto spec = paper_fleet();
  spec.services[0].weights = {40, 20, 15, 15, 10};
  const auto weights = by_cost(*view_of(spec, {1, 1, 1, 1, 1}));
  const std::vector<double> expected = {0.40, 0.20, 0.15, 0.15, 0.10};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(weights[i], expected[i], 1e-12);
}

TEST(PaperShares, equal_shares_are_equal_whatever_was_set_by_hand) {
  auto spec = paper_fleet();
  spec.services[0].weights = {40, 20, 15, 15, 10};
  for (const double share : equally(*view_of(spec, {1, 1, 1, 1, 1}))) {
    EXPECT_NEAR(share, 0.2, 1e-12);
  }
}

TEST(PaperShares, each_policy_uses_its_own_in_either_mode) {
  auto spec = paper_fleet();
  spec.services[0].weights = {40, 20, 20, 10, 10};
  const auto first_share = [&](RoutingPolicy routing, Mode mode) {
    spec.services[0].routing = routing;
    const auto view = view_of(spec, {1, 1, 1, 1, 1});
    std::vector<double> shares(5);
    paper_shares(*view, view->spec->services[0], mode, shares);
    return shares[0];
  };
  const Mode cost = Mode::kCostOptimized;
  const Mode capacity = Mode::kCapacityOptimized;
  EXPECT_NEAR(first_share(RoutingPolicy::kPaperWeighted, cost), 0.4, 1e-12);
  EXPECT_NEAR(first_share(RoutingPolicy::kPaperWeighted, capacity), 0.4, 1e-12);
  EXPECT_NEAR(first_share(RoutingPolicy::kPaperEqual, cost), 0.2, 1e-12);
  EXPECT_NEAR(first_share(RoutingPolicy::kPaperEqual, capacity), 0.2, 1e-12);
  EXPECT_NEAR(first_share(RoutingPolicy::kPaperBinary, cost), 0.4, 1e-12);
  EXPECT_NEAR(first_share(RoutingPolicy::kPaperBinary, capacity), 0.2, 1e-12);
}

TEST(PaperShares, only_units_with_a_ready_endpoint_share) {
  auto spec = paper_fleet();
  for (const auto& by_hand : {std::vector<double>{}, std::vector<double>{40, 20, 15, 15, 10}}) {
    spec.services[0].weights = by_hand;
    const auto view = view_of(spec, {0, 2, 0, 1, 0});
    for (const auto& shares : {by_cost(*view), equally(*view)}) {
      EXPECT_EQ(shares[0], 0.0);
      EXPECT_EQ(shares[2], 0.0);
      EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1.0, 1e-12);
    }
  }
}

TEST(PaperShares, without_any_ready_unit_all_are_zero) {
  for (const double weight : by_cost(*view_of(paper_fleet(), {0, 0, 0, 0, 0}))) {
    EXPECT_EQ(weight, 0.0);
  }
}

TEST(PaperShares, a_unit_that_costs_nothing_takes_nearly_all_and_stays_finite) {
  const auto view = view_of(paper_fleet(), {1, 1, 1, 1, 1});
  view->units[3].price_usd_per_hour = 0.0;
  const auto weights = by_cost(*view);
  EXPECT_GT(weights[3], 0.99);
  EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0, 1e-12);
}

}  // namespace
}  // namespace signalbox::core
