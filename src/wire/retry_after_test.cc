// SPDX-License-Identifier: Apache-2.0
#include "wire/retry_after.h"

#include <gtest/gtest.h>

namespace signalbox::wire {
namespace {

// 1994-11-06 08:49:37 UTC.
constexpr std::int64_t kThen = 784'111'777LL * 1'000'000'000;

TEST(RetryAfter, is_a_number_of_seconds) {
  EXPECT_EQ(parse_retry_after("120", kThen), 120s);
  EXPECT_EQ(parse_retry_after("0", kThen), 0s);
}

TEST(RetryAfter, or_a_date_from_which_the_present_is_taken) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:39 GMT", kThen), 2s);
  EXPECT_EQ(parse_retry_after("Mon, 07 Nov 1994 08:49:37 GMT", kThen), 24h);
}

TEST(RetryAfter, a_date_gone_by_asks_for_nothing) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:36 GMT", kThen), 0s);
}

TEST(RetryAfter, what_cannot_be_understood_asks_for_nothing) {
  for (const char* odd : {"", "-1", "+5", "1.5", "5 s", "soon", "Sun, 31 Feb 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 25:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                          "99999999999999999999"}) {
    EXPECT_EQ(parse_retry_after(odd, kThen), 0s) << odd;
  }
}

TEST(RetryAfter, is_never_longer_than_a_year) {
  EXPECT_EQ(parse_retry_after("2000000000", kThen), 24h * 365);
}

}  // namespace
}  // namespace signalbox::wire
