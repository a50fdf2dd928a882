// SPDX-License-Identifier: Apache-2.0
//
// A Result holds one of two things, and asking for the other is a bug that stops the process.
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace signalbox {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return Error{"an odd number has no whole half"};
  return number / 2;
}

TEST(Result, carries_a_value) {
  const auto half = half_of(8);
  ASSERT_TRUE(half.ok());
  EXPECT_TRUE(static_cast<bool>(half));
  EXPECT_EQ(half.value(), 4);
  EXPECT_EQ(*half, 4);
}

TEST(Result, carries_the_reason_there_is_no_value) {
  const auto half = half_of(7);
  ASSERT_FALSE(half.ok());
  EXPECT_EQ(half.error().message, "an odd number has no whole half");
}

TEST(Result, a_value_that_cannot_be_copied_can_be_moved_out) {
  Result<std::unique_ptr<std::string>> held(std::make_unique<std::string>("slot"));
  const std::unique_ptr<std::string> taken = std::move(held).value();
  EXPECT_EQ(*taken, "slot");
}

TEST(Result, members_of_the_value_are_reached_by_arrow) {
  Result<std::string> text(std::string("inf2"));
  EXPECT_EQ(text->size(), 4U);
  text->push_back('!');
  EXPECT_EQ(text.value(), "inf2!");
}

TEST(ResultDeathTest, taking_what_is_not_there_is_a_bug) {
  const auto bad = half_of(7);
  const auto good = half_of(8);
  EXPECT_DEATH(static_cast<void>(bad.value()), "ok\\(\\)");
  EXPECT_DEATH(static_cast<void>(good.error()), "!ok\\(\\)");
}

}  // namespace
}  // namespace signalbox
