// SPDX-License-Identifier: Apache-2.0
//
// Tenants and priorities as requests meet them: who gets the slots that free, and the room to wait.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::view_of;

// One endpoint that takes half a second, and an objective that leaves room to wait.
FleetSpec one_server() {
  FleetSpec spec;
  spec.units = {make_unit("only", 1.0, 120)};
  spec.services = {make_service("images", {UnitId(0)})};
  spec.services[0].objective.latency = 100s;
  spec.services[0].patience = 1000s;
  spec.tenancy.named = {{"acme", 2.0}, {"umbrella", 1.0}};
  return spec;
}

RouterRig::Decisions ask(RouterRig& rig, std::uint64_t id, std::string_view tenant,
                         int priority = 0) {
  RequestFacts facts;
  facts.path = "/genimage";
  facts.tenant = tenant;
  facts.priority = priority;
  RouterRig::Decisions out;
  rig.router.on_request(RequestId(id), facts, rig.now, out);
  return out;
}

// Ends what is in flight; whose turn is it then?
std::uint64_t end(RouterRig& rig, std::uint64_t id) {
  rig.now += 500ms;
  const auto decisions = rig.end(id);
  return decisions.empty() ? 0 : decisions.front().request.value;
}

TEST(RouterTenants, slots_that_free_go_to_tenants_by_weight) {
  RouterRig rig(view_of(one_server(), {1}));
  ask(rig, 1, "");
  for (std::uint64_t id = 100; id < 120; ++id) ask(rig, id, "umbrella");
  for (std::uint64_t id = 200; id < 220; ++id) ask(rig, id, "acme");
  std::uint64_t in_flight = 1;
  int acme = 0;
  for (int i = 0; i < 15; ++i) {
    in_flight = end(rig, in_flight);
    acme += in_flight >= 200 ? 1 : 0;
  }
  EXPECT_EQ(acme, 10);
}

TEST(RouterTenants, higher_priority_is_served_first_and_beyond_the_bounds_is_the_bound) {
  RouterRig rig(view_of(one_server(), {1}));
  ask(rig, 1, "acme");
  ask(rig, 2, "acme", -1000);
  ask(rig, 3, "acme");
  ask(rig, 4, "acme", 1000);
  EXPECT_EQ(end(rig, 1), 4U);
  EXPECT_EQ(end(rig, 4), 3U);
  EXPECT_EQ(end(rig, 3), 2U);
}

TEST(RouterTenants, one_that_floods_a_full_queue_makes_room_for_others) {
  FleetSpec spec = one_server();
  spec.services[0].max_held = 4;
  RouterRig rig(view_of(spec, {1}));
  ask(rig, 1, "umbrella");
  for (std::uint64_t id = 10; id < 14; ++id) ask(rig, id, "umbrella");
  // Its own next one is refused, as ever.
  auto decisions = ask(rig, 14, "umbrella");
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions[0].reason, RejectReason::kQueueFull);
  // Another tenant's is held, and the newest of the flood goes.
  decisions = ask(rig, 20, "acme");
  ASSERT_EQ(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].request, RequestId(20));
  EXPECT_EQ(decisions[0].action, Action::kHold);
  EXPECT_EQ(decisions[1].request, RequestId(13));
  EXPECT_EQ(decisions[1].reason, RejectReason::kOverShare);
  EXPECT_EQ(decisions[1].status, 429);
  EXPECT_GT(decisions[1].retry_after, 0s);
  EXPECT_EQ(rig.counts().held, 4);
  EXPECT_EQ(rig.counts().rejected, 2U);
}

TEST(RouterTenants, where_nothing_may_be_held_nobody_is_displaced) {
  FleetSpec spec = one_server();
  spec.services[0].max_held = 0;
  RouterRig rig(view_of(spec, {1}));
  ask(rig, 1, "umbrella");
  const auto decisions = ask(rig, 2, "acme", 3);
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions[0].reason, RejectReason::kQueueFull);
}

TEST(RouterTenants, weights_change_with_a_reload_for_those_held) {
  RouterRig rig(view_of(one_server(), {1}));
  ask(rig, 1, "");
  for (std::uint64_t id = 100; id < 120; ++id) ask(rig, id, "umbrella");
  for (std::uint64_t id = 200; id < 220; ++id) ask(rig, id, "acme");
  FleetSpec spec = one_server();
  spec.tenancy.named = {{"acme", 1.0}, {"umbrella", 4.0}};
  rig.see(view_of(spec, {1}, 2));
  std::uint64_t in_flight = 1;
  int acme = 0;
  for (int i = 0; i < 15; ++i) {
    in_flight = end(rig, in_flight);
    acme += in_flight >= 200 ? 1 : 0;
  }
  EXPECT_EQ(acme, 3);
}

// B88: a noisy tenant must not slow the others by more than a tenth.
TEST(RouterTenants, a_noisy_tenant_does_not_slow_a_quiet_one) {
  const auto wait_of_quiet = [](bool noisy) {
    RouterRig rig(view_of(one_server(), {1}));
    std::uint64_t in_flight = 0, last = 0;
    Duration longest{};
    std::map<std::uint64_t, TimePoint> quiet;
    const auto take = [&](const Router::Decisions& decisions) {
      for (const auto& decision : decisions) {
        if (decision.action != Action::kForward) continue;
        in_flight = decision.request.value;
        if (const auto found = quiet.find(in_flight); found != quiet.end()) {
          longest = std::max(longest, rig.now - found->second);
        }
      }
    };
    // The server frees every 500 ms; quiet asks every 1.5 s, its share.
    for (int beat = 0; beat < 300; ++beat) {
      for (int i = 0; noisy && i < 3; ++i) take(ask(rig, ++last, "umbrella"));
      if (beat % 3 == 0) {
        quiet[++last] = rig.now;
        take(ask(rig, last, "acme"));
      }
      rig.now += 500ms;
      if (in_flight != 0) take(rig.end(std::exchange(in_flight, 0)));
    }
    return longest;
  };
  EXPECT_EQ(wait_of_quiet(false), 0s);
  EXPECT_LE(wait_of_quiet(true), 1s) << "one request in service, and one turn of the other";
}

RC_GTEST_PROP(RouterTenants, whatever_names_and_priorities_come_every_request_ends_once, ()) {
  FleetSpec spec = one_server();
  spec.services[0].max_held = 6;
  spec.services[0].patience = 5s;
  spec.tenancy.max_unnamed = 3;
  RouterRig rig(view_of(spec, {2}));
  std::set<std::uint64_t> held, in_flight;
  std::uint64_t last = 0;
  const auto take = [&](const Router::Decisions& decisions) {
    for (const auto& decision : decisions) {
      const std::uint64_t id = decision.request.value;
      switch (decision.action) {
        case Action::kHold:
          RC_ASSERT(held.insert(id).second);
          break;
        case Action::kForward:
          held.erase(id);
          RC_ASSERT(in_flight.insert(id).second);
          break;
        case Action::kReject:
          RC_ASSERT(held.erase(id) == 1U || (id == last && !in_flight.contains(id)));
          break;
      }
    }
  };
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    if (code % 3 != 0) {
      const std::string tenant = "t" + std::to_string((code >> 4) % 7);
      take(
          ask(rig, ++last, (code >> 8) % 4 == 0 ? "acme" : tenant, static_cast<int>(code % 9) - 4));
    } else if (!in_flight.empty()) {
      const std::uint64_t id = *in_flight.begin();
      in_flight.erase(id);
      take(rig.end(id));
    }
    take(rig.wait(std::chrono::milliseconds((code >> 16) % 2000)));
    RC_ASSERT(rig.counts().held == static_cast<int>(held.size()));
    RC_ASSERT(held.size() <= 6U);
    RC_ASSERT(held.empty() || in_flight.size() == 2U);
  }
  while (!in_flight.empty()) {
    const std::uint64_t id = *in_flight.begin();
    in_flight.erase(id);
    take(rig.end(id));
  }
  RC_ASSERT(held.empty());
}

}  // namespace
}  // namespace signalbox::core
