// SPDX-License-Identifier: Apache-2.0
//
// Nearest spellings: near enough is offered, far is not.
#include "config/nearest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace signalbox::config {
namespace {

constexpr std::string_view kWords[] = {"cost_first", "capacity_first", "units", "unit_price"};

TEST(EditDistance, counts_inserted_lost_wrong_and_swapped_letters) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("units", "unts"), 1U);
  EXPECT_EQ(edit_distance("units", "unitss"), 1U);
  EXPECT_EQ(edit_distance("units", "unixs"), 1U);
  EXPECT_EQ(edit_distance("units", "untis"), 1U);
  EXPECT_EQ(edit_distance("", "units"), 5U);
}

TEST(Nearest, finds_what_was_meant) {
  EXPECT_EQ(nearest("cost_frist", kWords), "cost_first");
  EXPECT_EQ(nearest("Cost-First", kWords), "cost_first");
  EXPECT_EQ(nearest("capacityfirst", kWords), "capacity_first");
  EXPECT_EQ(nearest("unit", kWords), "units");
}

TEST(Nearest, offers_nothing_when_nothing_is_near) {
  EXPECT_EQ(nearest("", kWords), std::nullopt);
  EXPECT_EQ(nearest("cheapest", kWords), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'u'), kWords), std::nullopt);
  constexpr std::string_view kShort[] = {"s", "m", "h"};
  EXPECT_EQ(nearest("d", kShort), std::nullopt);  // one letter for another is no likeness
}

TEST(Nearest, is_worded_as_a_question) {
  EXPECT_EQ(did_you_mean("unts", kWords), "did you mean 'units'?");
  EXPECT_EQ(did_you_mean("zzzz", kWords), "");
  EXPECT_EQ(listed(kWords), "cost_first, capacity_first, units, unit_price");
}

RC_GTEST_PROP(EditDistance, is_symmetric_and_zero_only_for_equals,
              (const std::string& a, const std::string& b)) {
  RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
  RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
}

}  // namespace
}  // namespace signalbox::config
