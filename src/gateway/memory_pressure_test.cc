// SPDX-License-Identifier: Apache-2.0
#include "gateway/memory_pressure.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace signalbox::gateway {
namespace {

Pressure after(const std::vector<std::uint64_t>& per_mille) {
  MemoryPressure pressure;
  Pressure level = Pressure::kNone;
  for (const std::uint64_t used : per_mille) level = pressure.update({used, 1000});
  return level;
}

TEST(MemoryPressure, B80_begins_at_95_percent_and_is_critical_at_98) {
  EXPECT_EQ(after({0}), Pressure::kNone);
  EXPECT_EQ(after({949}), Pressure::kNone);
  EXPECT_EQ(after({950}), Pressure::kHigh);
  EXPECT_EQ(after({979}), Pressure::kHigh);
  EXPECT_EQ(after({980}), Pressure::kCritical);
  EXPECT_EQ(after({1200}), Pressure::kCritical) << "a limit that was lowered under way";
}

TEST(MemoryPressure, is_left_a_while_below_where_it_began) {
  EXPECT_EQ(after({950, 940}), Pressure::kHigh);
  EXPECT_EQ(after({950, 939}), Pressure::kNone);
  EXPECT_EQ(after({980, 970}), Pressure::kCritical);
  EXPECT_EQ(after({980, 969}), Pressure::kHigh);
  EXPECT_EQ(after({980, 945}), Pressure::kHigh);
  EXPECT_EQ(after({980, 900}), Pressure::kNone) << "all of it at once, where it is given back so";
  EXPECT_EQ(after({980, 945, 975}), Pressure::kHigh) << "critical was left before";
}

RC_GTEST_PROP(MemoryPressureProperty, is_never_milder_for_more_use, ()) {
  const auto before =
      *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(900, 1010));
  const auto less = *rc::gen::inRange<std::uint64_t>(900, 1010);
  const auto more = *rc::gen::inRange<std::uint64_t>(less, 1011);
  auto with_less = before;
  with_less.push_back(less);
  auto with_more = before;
  with_more.push_back(more);
  RC_ASSERT(after(with_less) <= after(with_more));
}

}  // namespace
}  // namespace signalbox::gateway
