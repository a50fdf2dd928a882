// SPDX-License-Identifier: Apache-2.0
//
// A reload in the middle of traffic: what both configurations name goes on undisturbed, slots stay
// right, and nobody whose service or unit is gone waits for an answer in vain.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::endpoint_of;
using testdata::failed;
using testdata::make_service;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

// images on both units; thumbnails on the cheap one only.
FleetSpec two_services() {
  auto spec = two_units();
  spec.services.push_back(make_service("thumbnails", {UnitId(0)}));
  spec.services[1].paths = {"/thumb"};
  return spec;
}

// `spec` with units and services in reverse order, seen with the same endpoints under the same ids.
std::shared_ptr<FleetView> reversed(const FleetView& before) {
  auto spec = std::make_shared<FleetSpec>(*before.spec);
  std::reverse(spec->units.begin(), spec->units.end());
  std::reverse(spec->services.begin(), spec->services.end());
  const auto last = static_cast<std::uint32_t>(spec->units.size() - 1);
  for (auto& service : spec->services) {
    for (auto& unit : service.units) unit = UnitId(last - unit.value);
  }
  auto view = view_of(spec, std::vector<int>(spec->units.size(), 0), before.version + 1);
  view->endpoints = before.endpoints;
  for (auto& endpoint : view->endpoints) endpoint.unit = UnitId(last - endpoint.unit.value);
  std::reverse(view->units.begin(), view->units.end());
  for (std::size_t u = 0; u <= last; ++u) view->units[u] = before.units[last - u];
  return view;
}

// `before` without the unit at `gone` and without the services that have no other.
std::shared_ptr<FleetView> without_unit(const FleetView& before, std::uint32_t gone) {
  auto spec = std::make_shared<FleetSpec>(*before.spec);
  spec->units.erase(spec->units.begin() + gone);
  for (auto& service : spec->services) {
    std::erase(service.units, UnitId(gone));
    for (auto& unit : service.units) unit = UnitId(unit.value > gone ? unit.value - 1 : unit.value);
  }
  std::erase_if(spec->services, [](const auto& service) { return service.units.empty(); });
  auto view = view_of(spec, std::vector<int>(spec->units.size(), 0), before.version + 1);
  for (auto endpoint : before.endpoints) {
    if (endpoint.unit == UnitId(gone)) continue;
    if (endpoint.unit.value > gone) endpoint.unit = UnitId(endpoint.unit.value - 1);
    view->endpoints.push_back(endpoint);
  }
  return view;
}

std::shared_ptr<FleetView> without_service(const FleetView& before, std::size_t gone) {
  auto spec = std::make_shared<FleetSpec>(*before.spec);
  spec->services.erase(spec->services.begin() + static_cast<std::ptrdiff_t>(gone));
  auto view = view_of(spec, std::vector<int>(spec->units.size(), 0), before.version + 1);
  view->endpoints = before.endpoints;
  view->units = before.units;
  return view;
}

TEST(RouterReload, requests_in_flight_keep_their_slots_when_units_change_places) {
  RouterRig rig(view_of(two_services(), {1, 1}));
  rig.ask(1);
  rig.ask(2);
  EXPECT_EQ(rig.in_flight(0), 1);
  EXPECT_TRUE(rig.see(reversed(rig.router.view())).empty());
  EXPECT_EQ(rig.ask(3).action, Action::kHold) << "both slots are still taken";
  const Decision decision = RouterRig::only(rig.end(1), 3);
  EXPECT_EQ(decision.endpoint, endpoint_of(0, 1));
  EXPECT_EQ(decision.unit, UnitId(1)) << "the cheap unit under its new index";
}

TEST(RouterReload, counters_follow_their_service_and_unit_by_name) {
  RouterRig rig(view_of(two_services(), {2, 1}));
  rig.ask(1);
  rig.ask(2, "/thumb");
  rig.ask(3);
  rig.see(reversed(rig.router.view()));
  const auto digest = rig.router.report(rig.now);
  EXPECT_EQ(digest.services[1].arrivals, 2U) << "images";
  EXPECT_EQ(digest.services[0].arrivals, 1U) << "thumbnails";
  for (const auto& pair : digest.service_units) {
    if (pair.service != ServiceId(1)) continue;
    EXPECT_EQ(pair.forwarded, 1U) << "one on either unit";
  }
}

TEST(RouterReload, held_requests_wait_on_and_are_released) {
  RouterRig rig(view_of(two_services(), {1, 1}));
  rig.ask(1);
  rig.ask(2);
  rig.ask(3);
  EXPECT_TRUE(rig.see(reversed(rig.router.view())).empty());
  EXPECT_EQ(rig.counts(1).held, 1);
  EXPECT_EQ(RouterRig::only(rig.end(2), 3).action, Action::kForward);
}

TEST(RouterReload, held_requests_of_a_service_that_is_gone_are_answered_at_once) {
  RouterRig rig(view_of(two_services(), {1, 1}));
  rig.ask(1);
  rig.ask(2, "/thumb");
  const Decision decision = RouterRig::only(rig.see(without_service(rig.router.view(), 1)), 2);
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kServiceRemoved);
  EXPECT_EQ(decision.status, 503);
  EXPECT_GE(decision.retry_after, 1s);
}

TEST(RouterReload, a_request_in_flight_keeps_its_slot_though_its_service_is_gone) {
  RouterRig rig(view_of(two_services(), {1, 0}));
  rig.ask(1, "/thumb");
  rig.see(without_service(rig.router.view(), 1));
  EXPECT_EQ(rig.ask(2).action, Action::kHold) << "the endpoint is still at work";
  EXPECT_EQ(RouterRig::only(rig.end(1), 2).action, Action::kForward);
  EXPECT_EQ(rig.in_flight(0), 1);
}

TEST(RouterReload, a_request_in_flight_that_fails_after_its_service_is_gone_is_answered) {
  RouterRig rig(view_of(two_services(), {1, 0}));
  rig.ask(1, "/thumb");
  rig.see(without_service(rig.router.view(), 1));
  const Decision decision = rig.fail(1, OutcomeKind::kDied);
  EXPECT_EQ(decision.action, Action::kReject);
  EXPECT_EQ(decision.reason, RejectReason::kServiceRemoved);
  EXPECT_EQ(decision.status, 503);
}

TEST(RouterReload, a_request_in_flight_survives_two_reloads_after_its_service_is_gone) {
  RouterRig rig(view_of(two_services(), {1, 1}));
  rig.ask(1, "/thumb");
  rig.see(without_service(rig.router.view(), 1));
  rig.see(reversed(rig.router.view()));
  EXPECT_TRUE(rig.end(1).empty());
  EXPECT_EQ(rig.in_flight(1), 0);
  EXPECT_TRUE(rig.cancel(1).empty());
}

TEST(RouterReload, a_client_of_a_service_that_is_gone_can_leave) {
  RouterRig rig(view_of(two_services(), {1, 0}));
  rig.ask(1, "/thumb");
  rig.see(without_service(rig.router.view(), 1));
  EXPECT_TRUE(rig.cancel(1).empty());
  EXPECT_EQ(rig.in_flight(0), 0);
  EXPECT_EQ(rig.counts().abandoned, 0U);
}

TEST(RouterReload, a_request_whose_unit_is_gone_is_decided_again_when_its_endpoint_dies) {
  RouterRig rig(view_of(two_services(), {1, 1}));
  EXPECT_EQ(rig.ask(1).unit, UnitId(0));
  rig.see(without_unit(rig.router.view(), 0));
  const Decision decision = rig.fail(1, OutcomeKind::kDied);
  EXPECT_EQ(decision.action, Action::kForward);
  EXPECT_EQ(decision.endpoint, endpoint_of(1, 1));
  rig.end(1);
  EXPECT_EQ(rig.counts().completed, 1U);
}

TEST(RouterReload, a_request_whose_unit_is_gone_completes_and_is_counted) {
  RouterRig rig(view_of(two_services(), {1, 1}));
  rig.ask(1);
  rig.see(without_unit(rig.router.view(), 0));
  rig.see(reversed(rig.router.view()));
  EXPECT_TRUE(rig.end(1).empty());
  EXPECT_EQ(rig.counts().arrivals, 1U);
  EXPECT_EQ(rig.counts().completed, 1U);
}

TEST(RouterReload, a_unit_that_loses_slots_takes_nothing_until_it_is_below_them) {
  auto spec = two_units();
  spec.units[0].slots = 3;
  spec.services[0].units = {UnitId(0)};
  RouterRig rig(view_of(spec, {1, 0}));
  for (std::uint64_t id = 1; id <= 3; ++id) rig.ask(id);
  spec.units[0].slots = 1;
  rig.see(view_of(spec, {1, 0}, 2));
  rig.ask(4);
  EXPECT_TRUE(rig.end(1).empty());
  EXPECT_TRUE(rig.end(2).empty());
  EXPECT_EQ(RouterRig::only(rig.end(3), 4).action, Action::kForward);
}

TEST(RouterReload, held_requests_of_a_service_whose_first_unit_is_gone_are_kept) {
  RouterRig rig(view_of(two_services(), {0, 0}));
  rig.ask(1);
  EXPECT_TRUE(rig.see(without_unit(rig.router.view(), 0)).empty());
  EXPECT_EQ(rig.counts().held, 1);
  EXPECT_TRUE(rig.cancel(1).empty());
  EXPECT_EQ(rig.counts().abandoned, 1U);
}

}  // namespace
}  // namespace signalbox::core
