// SPDX-License-Identifier: Apache-2.0
//
// Passive health: one death ejects at once, errors only in a row, and the pauses double to a cap.
#include "core/estimate/ejection.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

TEST(Ejection, a_fresh_endpoint_is_trusted) { EXPECT_FALSE(Ejection{}.ejected(at(0s))); }

TEST(Ejection, one_death_ejects_until_the_pause_ends_and_not_a_moment_longer) {
  Ejection ejection;
  ejection.on_dead(at(10s));
  EXPECT_TRUE(ejection.ejected(at(10s)));
  EXPECT_TRUE(ejection.ejected(at(11s) - 1ns));
  EXPECT_FALSE(ejection.ejected(at(11s)));
  EXPECT_EQ(ejection.until(), at(11s));
}

TEST(Ejection, pauses_double_with_every_relapse_up_to_five_minutes) {
  Ejection ejection;
  TimePoint now = at(0s);
  Duration expected = Ejection::kFirstPause;
  for (int relapse = 0; relapse < 40; ++relapse) {
    ejection.on_dead(now);
    EXPECT_EQ(ejection.until() - now, expected) << "relapse " << relapse;
    expected = std::min(expected * 2, Ejection::kLongestPause);
    now = ejection.until();
  }
  EXPECT_EQ(expected, 300s);
}

TEST(Ejection, several_requests_that_see_one_death_count_once) {
  Ejection ejection;
  for (int i = 0; i < 10; ++i) ejection.on_dead(at(0s) + i * 1ms);
  EXPECT_EQ(ejection.until(), at(1s));
  ejection.on_dead(at(1s));
  EXPECT_EQ(ejection.until(), at(3s)) << "only the second death doubles";
}

TEST(Ejection, errors_eject_only_when_five_come_in_a_row) {
  Ejection ejection;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(ejection.on_error());
  ejection.on_success();
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(ejection.on_error());
  EXPECT_TRUE(ejection.on_error());
  EXPECT_FALSE(ejection.ejected(at(0s))) << "the caller decides, and may decline";
}

TEST(Ejection, a_caller_that_declined_is_asked_again_at_the_next_error) {
  Ejection ejection;
  for (int i = 0; i < 5; ++i) ejection.on_error();
  EXPECT_TRUE(ejection.on_error());
}

TEST(Ejection, the_row_starts_again_after_an_ejection) {
  Ejection ejection;
  for (int i = 0; i < 5; ++i) ejection.on_error();
  ejection.eject(at(0s));
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(ejection.on_error());
  EXPECT_TRUE(ejection.on_error());
}

TEST(Ejection, a_success_ends_it_and_forgets_earlier_ones) {
  Ejection ejection;
  ejection.on_dead(at(0s));
  ejection.on_dead(at(1s));  // 2 s
  ejection.on_success();
  EXPECT_FALSE(ejection.ejected(at(1s)));
  ejection.on_dead(at(5s));
  EXPECT_EQ(ejection.until(), at(6s));
}

TEST(Ejection, an_outlier_keeps_its_pause_though_it_answers) {
  Ejection ejection;
  ejection.eject_outlier(at(0s));
  ejection.on_success();
  EXPECT_TRUE(ejection.ejected(at(29s)));
  EXPECT_FALSE(ejection.is_dead(at(1s)));
  EXPECT_FALSE(ejection.ejected(at(30s)));
}

TEST(Ejection, an_outliers_pause_grows_with_repeats_and_shrinks_with_clean_sweeps) {
  Ejection ejection;
  TimePoint now = at(0s);
  for (const Duration expected : {30s, 60s, 90s}) {
    ejection.eject_outlier(now);
    EXPECT_EQ(ejection.until() - now, expected);
    now = ejection.until();
  }
  for (int i = 0; i < 2; ++i) ejection.on_clean_sweep();
  ejection.eject_outlier(now);
  EXPECT_EQ(ejection.until() - now, 60s);
  for (int i = 0; i < 20; ++i) ejection.eject_outlier(now);
  EXPECT_EQ(ejection.until() - now, Ejection::kLongestPause);
  for (int i = 0; i < 50; ++i) ejection.on_clean_sweep();
  ejection.eject_outlier(now);
  EXPECT_EQ(ejection.until() - now, 30s);
}

TEST(Ejection, only_one_that_was_not_there_is_dead) {
  Ejection ejection;
  ejection.eject(at(0s));
  EXPECT_FALSE(ejection.is_dead(at(0s)));
  ejection.on_dead(at(5s));
  EXPECT_TRUE(ejection.is_dead(at(5s)));
  ejection.on_success();
  EXPECT_FALSE(ejection.is_dead(at(5s)));
}

}  // namespace
}  // namespace signalbox::core
