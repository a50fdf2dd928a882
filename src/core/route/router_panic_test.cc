// SPDX-License-Identifier: Apache-2.0
//
// Panic as requests and readers of the digest meet it.
#include <gtest/gtest.h>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::completed;
using testdata::failed;
using testdata::RouterRig;
using testdata::two_units;
using testdata::view_of;

TEST(RouterPanic, is_said_in_decisions_and_digest_while_it_lasts) {
  RouterRig rig(view_of(two_units(), {1, 2}));
  EXPECT_FALSE(rig.ask(1).panic);
  EXPECT_FALSE(rig.counts().panic);
  // Two of three die.
  rig.end(1, failed(OutcomeKind::kDied));
  const auto again = rig.end(1, failed(OutcomeKind::kDied));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(again[0].panic);
  EXPECT_TRUE(rig.counts().panic);
  EXPECT_EQ(again[0].action, Action::kForward) << "to the one that is left";
  rig.end(1);
  rig.wait(2s);
  EXPECT_FALSE(rig.ask(2).panic) << "their pauses are over";
  EXPECT_FALSE(rig.counts().panic);
}

TEST(RouterPanic, requests_go_to_an_ejected_endpoint_rather_than_wait_for_the_few_left) {
  FleetSpec spec = two_units();
  spec.services[0].panic_threshold = 0.6;
  RouterRig rig(view_of(spec, {1, 1}));
  // The cheap one errs until it is ejected: one of two is left, which is less than 60 %.
  for (std::uint64_t id = 1; id <= 5; ++id) {
    ASSERT_EQ(rig.ask(id).unit, UnitId(0));
    rig.end(id, completed(500));
  }
  EXPECT_TRUE(rig.counts().panic);
  EXPECT_EQ(rig.ask(6).unit, UnitId(0));
  // Without panic it gets nothing.
  spec.services[0].panic_threshold = 0.5;
  rig.see(view_of(spec, {1, 1}, 2));
  EXPECT_FALSE(rig.counts().panic);
  EXPECT_EQ(rig.ask(7).unit, UnitId(1));
}

}  // namespace
}  // namespace signalbox::core
