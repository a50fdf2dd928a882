// SPDX-License-Identifier: Apache-2.0
//
// The free lists against their definition - ready, trusted, with a slot to spare - after anything
// that can happen to endpoints, in any order.
#include "core/route/live.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::endpoint_of;
using testdata::two_units;
using testdata::view_of;

std::set<EndpointId> free_of(const LiveFleet& live, std::uint32_t unit) {
  std::set<EndpointId> ids;
  for (const auto& endpoint : live.unit(UnitId(unit)).free) ids.insert(endpoint.id);
  return ids;
}

TEST(LiveFleet, lists_every_ready_endpoint_as_free) {
  LiveFleet live;
  live.adopt(*view_of(two_units(), {2, 1}), nullptr, at(0s));
  EXPECT_EQ(free_of(live, 0), (std::set{endpoint_of(0, 1), endpoint_of(0, 2)}));
  EXPECT_TRUE(live.available(UnitId(1)));
}

TEST(LiveFleet, endpoints_that_are_not_ready_are_known_but_not_free) {
  for (const auto state :
       {EndpointState::kBooting, EndpointState::kUnhealthy, EndpointState::kDraining}) {
    LiveFleet live;
    const auto view = view_of(two_units(), {1, 0});
    view->endpoints[0].state = state;
    live.adopt(*view, nullptr, at(0s));
    EXPECT_TRUE(free_of(live, 0).empty()) << to_string(state);
    EXPECT_FALSE(live.available(UnitId(0)));
    EXPECT_NE(live.find(endpoint_of(0, 1)), nullptr);
  }
}

TEST(LiveFleet, a_new_view_keeps_what_is_in_flight) {
  LiveFleet live;
  const auto view = view_of(two_units(), {1, 0});
  live.adopt(*view, nullptr, at(0s));
  live.occupy(*live.find(endpoint_of(0, 1)));
  live.adopt(*view, view->spec.get(), at(1s));
  EXPECT_EQ(live.find(endpoint_of(0, 1))->in_flight, 1);
  EXPECT_EQ(live.unit(UnitId(0)).in_flight, 1);
  EXPECT_TRUE(free_of(live, 0).empty());
}

// ---- leases of slots ----

std::shared_ptr<FleetView> leased_view(int slots, int leased) {
  FleetSpec spec = two_units();
  spec.units[0].slots = slots;
  const auto view = view_of(spec, {1, 0});
  view->endpoints[0].leased_slots = leased;
  return view;
}

TEST(LiveFleet, no_more_slots_are_used_than_are_leased) {
  LiveFleet live;
  live.adopt(*leased_view(4, 2), nullptr, at(0s));
  LiveEndpoint& endpoint = *live.find(endpoint_of(0, 1));
  live.occupy(endpoint);
  EXPECT_FALSE(free_of(live, 0).empty());
  live.occupy(endpoint);
  EXPECT_TRUE(free_of(live, 0).empty());
  live.vacate(endpoint);
  EXPECT_FALSE(free_of(live, 0).empty());
}

TEST(LiveFleet, a_lease_of_more_than_there_is_adds_nothing) {
  LiveFleet live;
  live.adopt(*leased_view(2, 9), nullptr, at(0s));
  EXPECT_EQ(live.find(endpoint_of(0, 1))->slots, 2);
}

TEST(LiveFleet, an_endpoint_without_a_lease_is_up_but_never_free_and_keeps_what_is_in_flight) {
  LiveFleet live;
  const auto view = leased_view(2, 2);
  live.adopt(*view, nullptr, at(0s));
  live.occupy(*live.find(endpoint_of(0, 1)));
  live.occupy(*live.find(endpoint_of(0, 1)));
  view->endpoints[0].leased_slots = 0;
  live.adopt(*view, view->spec.get(), at(1s));
  LiveEndpoint& endpoint = *live.find(endpoint_of(0, 1));
  EXPECT_EQ(endpoint.in_flight, 2);
  EXPECT_TRUE(live.available(UnitId(0)));
  live.vacate(endpoint);
  live.vacate(endpoint);
  EXPECT_TRUE(free_of(live, 0).empty());
  EXPECT_EQ(live.unit(UnitId(0)).in_flight, 0);
}

TEST(LiveFleet, a_change_of_leases_alone_comes_to_the_same_as_a_new_view) {
  FleetSpec spec = two_units();
  spec.units[0].slots = 3;
  Prng prng(5);
  LiveFleet changed;
  auto view = view_of(spec, {6, 2});
  std::uint64_t version = 0;
  for (int round = 0; round < 200; ++round) {
    auto next = std::make_shared<FleetView>(*view);
    next->leases_version = next->endpoints_version = ++version;
    for (auto& endpoint : next->endpoints) {
      if (prng.below(3) == 0) endpoint.leased_slots = static_cast<int>(prng.below(4));
    }
    changed.adopt(*next, version == 1 ? nullptr : view->spec.get(), at(0s));
    LiveFleet fresh;
    fresh.adopt(*next, nullptr, at(0s));
    for (const auto& endpoint : std::as_const(next->endpoints)) {
      LiveEndpoint& live = *changed.find(endpoint.id);
      EXPECT_EQ(live.slots, fresh.find(endpoint.id)->slots);
      EXPECT_EQ(live.free_position >= 0, live.in_flight < live.slots);
      if (live.in_flight > 0 && prng.below(2) == 0) changed.vacate(live);
      if (live.free_position >= 0 && prng.below(2) == 0) changed.occupy(live);
    }
    view = next;
  }
}

TEST(LiveFleet, what_is_learned_of_others_does_not_widen_a_lease) {
  LiveFleet live;
  const auto view = leased_view(4, 2);
  view->endpoints[0].foreign_load = 3;
  live.adopt(*view, nullptr, at(0s));
  LiveEndpoint& endpoint = *live.find(endpoint_of(0, 1));
  EXPECT_EQ(endpoint.slots, 1);
  for (int i = 0; i < kUnfeltAllowed; ++i) live.note_others(endpoint, false);
  EXPECT_EQ(endpoint.slots, 2);
}

TEST(LiveFleet, endpoints_it_has_already_are_not_taken_in_again_but_pauses_end) {
  LiveFleet live;
  const auto view = view_of(two_units(), {2, 0});
  view->endpoints_version = 7;
  live.adopt(*view, nullptr, at(0s));
  LiveEndpoint& dead = *live.find(endpoint_of(0, 1));
  dead.ejection.on_dead(at(0s));
  live.refresh(dead, at(0s));
  EXPECT_EQ(free_of(live, 0), (std::set{endpoint_of(0, 2)}));
  live.adopt(*view, view->spec.get(), at(2s));
  EXPECT_EQ(live.find(endpoint_of(0, 1)), &dead) << "the very same record";
  EXPECT_EQ(free_of(live, 0), (std::set{endpoint_of(0, 1), endpoint_of(0, 2)}))
      << "its pause is over";
}

TEST(LiveFleet, another_version_or_spec_is_taken_in) {
  LiveFleet live;
  const auto view = view_of(two_units(), {1, 0});
  view->endpoints_version = 7;
  live.adopt(*view, nullptr, at(0s));
  view->endpoints[0].state = EndpointState::kDraining;
  view->endpoints_version = 8;
  live.adopt(*view, view->spec.get(), at(1s));
  EXPECT_TRUE(free_of(live, 0).empty());
  auto roomier = two_units();
  roomier.units[0].slots = 4;
  const auto reloaded = view_of(roomier, {1, 0});
  reloaded->endpoints_version = 8;
  live.adopt(*reloaded, view->spec.get(), at(2s));
  EXPECT_EQ(live.find(endpoint_of(0, 1))->slots, 4);
}

TEST(LiveFleet, a_drained_endpoint_that_frees_is_not_offered_again) {
  LiveFleet live;
  const auto view = view_of(two_units(), {1, 0});
  live.adopt(*view, nullptr, at(0s));
  live.occupy(*live.find(endpoint_of(0, 1)));
  view->endpoints[0].state = EndpointState::kDraining;
  live.adopt(*view, view->spec.get(), at(1s));
  live.vacate(*live.find(endpoint_of(0, 1)));
  EXPECT_TRUE(free_of(live, 0).empty());
}

TEST(LiveFleet, across_a_reload_units_keep_their_estimates_by_name) {
  LiveFleet live;
  const auto before = view_of(two_units(), {1, 1});
  live.adopt(*before, nullptr, at(0s));
  for (int i = 0; i < 100; ++i) live.unit(UnitId(0)).service_time.observe(1s, 500ms);
  auto swapped = two_units();
  std::swap(swapped.units[0], swapped.units[1]);
  const auto after = view_of(swapped, {0, 0});
  live.adopt(*after, before->spec.get(), at(1s));
  EXPECT_NEAR(live.unit(UnitId(1)).service_time.slowdown(), 2.0, 0.05);
  EXPECT_EQ(live.unit(UnitId(0)).service_time.slowdown(), 1.0);
}

TEST(LiveFleet, among_a_few_the_least_loaded_is_offered) {
  auto spec = two_units();
  spec.units[0].slots = 4;
  LiveFleet live;
  live.adopt(*view_of(spec, {3, 0}), nullptr, at(0s));
  live.occupy(*live.find(endpoint_of(0, 1)));
  live.occupy(*live.find(endpoint_of(0, 2)));
  Prng prng(1);
  EXPECT_EQ(LiveFleet::sample_free(live.unit(UnitId(0)), prng)->id, endpoint_of(0, 3));
  EXPECT_EQ(LiveFleet::sample_free(live.unit(UnitId(1)), prng), nullptr);
}

// Power of two choices: with half of forty endpoints loaded, a loaded one is offered only when both
// draws fall on loaded ones, a quarter of the time.
TEST(LiveFleet, among_many_the_better_of_two_draws_is_offered) {
  auto spec = two_units();
  spec.units[0].slots = 2;
  LiveFleet live;
  live.adopt(*view_of(spec, {40, 0}), nullptr, at(0s));
  for (int n = 1; n <= 20; ++n) live.occupy(*live.find(endpoint_of(0, n)));
  Prng prng(2);
  int loaded = 0;
  for (int i = 0; i < 10000; ++i)
    loaded += LiveFleet::sample_free(live.unit(UnitId(0)), prng)->in_flight;
  EXPECT_NEAR(loaded, 2500, 200);
}

TEST(LiveFleet, a_pause_that_ends_lists_the_endpoint_again) {
  LiveFleet live;
  live.adopt(*view_of(two_units(), {1, 0}), nullptr, at(0s));
  LiveEndpoint& endpoint = *live.find(endpoint_of(0, 1));
  endpoint.ejection.on_dead(at(0s));
  live.refresh(endpoint, at(0s));
  EXPECT_FALSE(live.available(UnitId(0)));
  EXPECT_EQ(live.next_readmission(), at(1s));
  EXPECT_FALSE(live.readmit(at(1s) - 1ns));
  EXPECT_TRUE(live.readmit(at(1s)));
  EXPECT_EQ(free_of(live, 0).size(), 1U);
  EXPECT_EQ(live.next_readmission(), TimePoint::max());
}

TEST(LiveFleet, an_ejection_survives_a_new_view) {
  LiveFleet live;
  const auto view = view_of(two_units(), {1, 0});
  live.adopt(*view, nullptr, at(0s));
  live.find(endpoint_of(0, 1))->ejection.on_dead(at(0s));
  live.refresh(*live.find(endpoint_of(0, 1)), at(0s));
  live.adopt(*view, view->spec.get(), at(500ms));
  EXPECT_TRUE(free_of(live, 0).empty());
  EXPECT_EQ(live.next_readmission(), at(1s));
}

// The model: per endpoint what a view said, what is in flight and until when it is ejected.
struct Known {
  std::uint32_t unit = 0;
  bool ready = false;
  int in_flight = 0;
};

RC_GTEST_PROP(LiveFleet, the_free_list_is_the_set_of_ready_trusted_endpoints_with_room, ()) {
  auto spec = two_units();
  spec.units[0].slots = *rc::gen::inRange(1, 4);
  spec.units[1].slots = *rc::gen::inRange(1, 4);
  const auto shared = std::make_shared<const FleetSpec>(spec);
  LiveFleet live;
  std::map<EndpointId, Known> known;
  std::uint64_t last_id = 0;
  TimePoint now = at(1s);
  bool first = true;

  const auto adopt = [&](const std::vector<int>& codes) {
    // Some endpoints leave for good, some change state, some are new: ids are never used again.
    std::map<EndpointId, Known> next;
    for (const auto& [id, endpoint] : known) {
      const int code = codes[id.value % codes.size()];
      if (code % 5 == 0) continue;
      next[id] = {endpoint.unit, code % 3 != 0, endpoint.in_flight};
    }
    for (int i = 0; i < codes[0] % 3; ++i) {
      const EndpointId id(++last_id);
      next[id] = {static_cast<std::uint32_t>(last_id % 2), true, 0};
    }
    known = next;
    auto view = view_of(shared, {0, 0});
    for (const auto& [id, endpoint] : known) {
      view->endpoints.push_back({id,
                                 UnitId(endpoint.unit),
                                 endpoint.ready ? EndpointState::kReady : EndpointState::kUnhealthy,
                                 {},
                                 {}});
    }
    live.adopt(*view, first ? nullptr : shared.get(), now);
    first = false;
  };
  adopt({2, 2, 2});

  const auto codes = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1 << 20));
  for (const int code : codes) {
    now += std::chrono::milliseconds(code % 700);
    live.readmit(now);
    const int choice = code % 6;
    if (choice == 0) adopt({code / 6, code / 60, code / 600, code / 6000});
    if (!known.empty()) {
      auto chosen = known.begin();
      std::advance(chosen, (code / 6) % static_cast<int>(known.size()));
      LiveEndpoint& endpoint = *live.find(chosen->first);
      if (choice <= 2 && endpoint.free_position >= 0) {
        live.occupy(endpoint);
        ++chosen->second.in_flight;
      } else if (choice == 3 && chosen->second.in_flight > 0) {
        live.vacate(endpoint);
        --chosen->second.in_flight;
      } else if (choice == 4) {
        endpoint.ejection.on_dead(now);
        live.refresh(endpoint, now);
      } else if (choice == 5) {
        endpoint.ejection.on_success();
        live.refresh(endpoint, now);
      }
    }
    for (std::uint32_t u = 0; u < 2; ++u) {
      std::set<EndpointId> expected;
      int in_flight = 0;
      int trusted = 0;
      for (const auto& [id, endpoint] : known) {
        if (endpoint.unit != u) continue;
        in_flight += endpoint.in_flight;
        RC_ASSERT(live.find(id)->in_flight == endpoint.in_flight);
        RC_ASSERT(endpoint.in_flight <= spec.units[u].slots);
        if (!endpoint.ready || live.find(id)->ejection.ejected(now)) continue;
        ++trusted;
        if (endpoint.in_flight < spec.units[u].slots) expected.insert(id);
      }
      RC_ASSERT(free_of(live, u) == expected);
      RC_ASSERT(live.unit(UnitId(u)).free.size() == expected.size());
      RC_ASSERT(live.unit(UnitId(u)).in_flight == in_flight);
      RC_ASSERT(live.unit(UnitId(u)).ready == trusted);
      for (std::size_t i = 0; i < live.unit(UnitId(u)).free.size(); ++i) {
        const FreeEndpoint& free = live.unit(UnitId(u)).free[i];
        RC_ASSERT(free.endpoint->id == free.id);
        RC_ASSERT(free.endpoint->free_position == static_cast<std::int64_t>(i));
        RC_ASSERT(free.endpoint->in_flight == free.in_flight);
        RC_ASSERT(free.endpoint->slots == free.slots);
      }
    }
  }
}

}  // namespace
}  // namespace signalbox::core
