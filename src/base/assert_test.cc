// SPDX-License-Identifier: Apache-2.0
//
// An assertion that does not hold ends the process in every build, and says what and where.
#include "base/assert.h"

#include <gtest/gtest.h>

namespace signalbox {
namespace {

TEST(AssertDeathTest, names_the_condition_and_the_place) {
  const int slots = 0;
  EXPECT_DEATH(SIGNALBOX_ASSERT(slots > 0), "bug: 'slots > 0' does not hold at .*assert_test.cc:");
}

TEST(Assert, is_silent_when_the_condition_holds) {
  int evaluations = 0;
  SIGNALBOX_ASSERT(++evaluations == 1);
  EXPECT_EQ(evaluations, 1) << "the condition is evaluated once, also in a release build";
}

}  // namespace
}  // namespace signalbox
