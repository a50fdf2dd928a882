// SPDX-License-Identifier: Apache-2.0
//
// Burn rates over two windows: a blip is not evidence, and neither is yesterday's fire.
#include "core/estimate/slo_burn.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

constexpr double kAllowed = 0.01;
constexpr double kLimit = 14.4;

// Ten requests a second, of which `missed_of_ten(t)` miss, observed each second.
class Traffic {
 public:
  template <class Missed>
  void run(int seconds, Missed&& missed_of_ten) {
    for (int i = 0; i < seconds; ++i) {
      ++second_;
      finished_ += 10;
      missed_ += static_cast<std::uint64_t>(missed_of_ten(second_));
      burn.observe(finished_, missed_, at(std::chrono::seconds(second_)));
    }
  }
  SloBurn burn{10s, 120s};

 private:
  int second_ = 0;
  std::uint64_t finished_ = 0;
  std::uint64_t missed_ = 0;
};

TEST(SloBurn, without_traffic_nothing_burns) {
  SloBurn burn(10s, 120s);
  EXPECT_EQ(burn.short_burn(kAllowed), 0.0);
  EXPECT_FALSE(burn.burning(kAllowed, kLimit, 0));
  burn.observe(0, 0, at(0s));
  burn.observe(0, 0, at(10s));
  EXPECT_EQ(burn.long_burn(kAllowed), 0.0);
}

TEST(SloBurn, missing_exactly_what_is_allowed_burns_at_one) {
  Traffic traffic;
  traffic.run(300, [](int t) { return t % 10 == 0 ? 1 : 0; });  // 1 in 100
  EXPECT_NEAR(traffic.burn.short_burn(kAllowed), 1.0, 0.01);
  EXPECT_NEAR(traffic.burn.long_burn(kAllowed), 1.0, 0.01);
  EXPECT_FALSE(traffic.burn.burning(kAllowed, kLimit, 1));
}

TEST(SloBurn, a_blip_burns_in_the_short_window_only) {
  Traffic traffic;
  traffic.run(200, [](int) { return 0; });
  traffic.run(5, [](int) { return 3; });
  EXPECT_GT(traffic.burn.short_burn(kAllowed), kLimit);
  EXPECT_LT(traffic.burn.long_burn(kAllowed), kLimit);
  EXPECT_FALSE(traffic.burn.burning(kAllowed, kLimit, 10));
}

TEST(SloBurn, a_lasting_fire_burns_in_both) {
  Traffic traffic;
  traffic.run(200, [](int) { return 0; });
  traffic.run(60, [](int) { return 5; });
  EXPECT_NEAR(traffic.burn.short_burn(kAllowed), 50.0, 0.5);
  EXPECT_NEAR(traffic.burn.long_burn(kAllowed), 25.0, 0.5);
  EXPECT_TRUE(traffic.burn.burning(kAllowed, kLimit, 10));
}

TEST(SloBurn, a_fire_that_is_out_burns_in_the_long_window_only) {
  Traffic traffic;
  traffic.run(60, [](int) { return 5; });
  traffic.run(12, [](int) { return 0; });
  EXPECT_EQ(traffic.burn.short_burn(kAllowed), 0.0);
  EXPECT_GT(traffic.burn.long_burn(kAllowed), kLimit);
  EXPECT_FALSE(traffic.burn.burning(kAllowed, kLimit, 10));
}

TEST(SloBurn, a_handful_of_misses_is_not_enough_however_large_their_share) {
  SloBurn burn(10s, 120s);
  burn.observe(0, 0, at(0s));
  burn.observe(4, 4, at(5s));
  EXPECT_GT(burn.short_burn(kAllowed), kLimit);
  EXPECT_FALSE(burn.burning(kAllowed, kLimit, 10));
}

TEST(SloBurn, B66_a_counter_reset_starts_the_windows_afresh) {
  Traffic traffic;
  traffic.run(60, [](int) { return 5; });
  traffic.burn.observe(3, 0, at(61s));
  traffic.burn.observe(13, 0, at(62s));
  EXPECT_EQ(traffic.burn.short_burn(kAllowed), 0.0);
  EXPECT_EQ(traffic.burn.long_burn(kAllowed), 0.0);
}

// However unevenly the counts come, a burn rate is a share: between nothing and everything missed.
RC_GTEST_PROP(SloBurn, a_burn_rate_is_a_share_of_what_is_allowed, ()) {
  SloBurn burn(10s, 120s);
  std::uint64_t finished = 0;
  std::uint64_t missed = 0;
  TimePoint now{};
  const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 30000));
  for (const int gap : gaps) {
    now += std::chrono::milliseconds(gap);
    const auto more = *rc::gen::inRange<std::uint64_t>(0, 100);
    finished += more;
    missed += *rc::gen::inRange<std::uint64_t>(0, more + 1);
    burn.observe(finished, missed, now);
    for (const double rate : {burn.short_burn(kAllowed), burn.long_burn(kAllowed)}) {
      RC_ASSERT(rate >= 0.0);
      RC_ASSERT(rate <= 1.0 / kAllowed + 1e-9);
    }
  }
}

}  // namespace
}  // namespace signalbox::core
