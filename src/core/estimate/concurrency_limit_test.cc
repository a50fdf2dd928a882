// SPDX-License-Identifier: Apache-2.0
#include "core/estimate/concurrency_limit.h"

#include <gtest/gtest.h>

namespace signalbox::core {
namespace {

// A server of so many places whose further requests wait: what the first byte takes, over what it
// takes when nobody waits.
double ratio_of(int in_flight, int places) {
  return in_flight <= places ? 1.0 : static_cast<double>(in_flight) / places;
}

// As many requests at once as the limit lets in, for so many answers.
int settle(ConcurrencyLimit& limit, int places, int answers) {
  for (int i = 0; i < answers; ++i) {
    const int in_flight = limit.limit();
    limit.observe(ratio_of(in_flight, places), in_flight);
  }
  return limit.limit();
}

TEST(ConcurrencyLimit, opens_up_to_what_is_said_while_nothing_waits) {
  ConcurrencyLimit limit(32);
  EXPECT_EQ(limit.limit(), 4);
  EXPECT_EQ(settle(limit, 1000, 2000), 32);
}

TEST(ConcurrencyLimit, settles_near_the_places_that_there_really_are) {
  for (const int places : {4, 8, 16, 48}) {
    ConcurrencyLimit limit(128);
    const int found = settle(limit, places, 20'000);
    EXPECT_GE(found, places) << places;
    EXPECT_LE(found, 2 * places + 4) << places;
  }
}

TEST(ConcurrencyLimit, follows_when_half_of_the_places_go_and_when_they_come_back) {
  ConcurrencyLimit limit(128);
  settle(limit, 32, 10'000);
  EXPECT_LE(settle(limit, 8, 4'000), 24);
  EXPECT_GE(settle(limit, 32, 20'000), 32);
}

TEST(ConcurrencyLimit, a_limit_that_nobody_reaches_does_not_grow) {
  ConcurrencyLimit limit(100);
  for (int i = 0; i < 1000; ++i) limit.observe(1.0, 1);
  EXPECT_EQ(limit.limit(), 4);
}

TEST(ConcurrencyLimit, is_never_less_than_one_however_slow_the_endpoint) {
  ConcurrencyLimit limit(8);
  for (int i = 0; i < 100; ++i) limit.observe(1.0, 8);
  for (int i = 0; i < 400; ++i) limit.observe(50.0, 1);
  EXPECT_GE(limit.limit(), 1);
  EXPECT_LE(limit.limit(), 4);
}

TEST(ConcurrencyLimit, one_that_has_become_slower_for_good_is_not_starved_for_ever) {
  ConcurrencyLimit limit(16);
  for (int i = 0; i < 2000; ++i) limit.observe(1.0, limit.limit());
  for (int i = 0; i < 100'000; ++i) limit.observe(2.0, limit.limit());
  EXPECT_EQ(limit.limit(), 16);
}

}  // namespace
}  // namespace signalbox::core
