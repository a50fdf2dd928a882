// SPDX-License-Identifier: Apache-2.0
//
// Whom to believe: values that cannot be, values that do not fit, and how a source gets into
// quarantine and out of it.
#include "core/estimate/source_track.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/prng.h"

namespace signalbox::core {
namespace {

constexpr Duration kPace = 5s;

struct Source {
  SourceTrack track;
  TimePoint now{};

  std::string say(double value) {
    now += kPace;
    return track.observe(value, std::nullopt, now);
  }
  std::string lie(const std::string& why = "the price is negative") {
    now += kPace;
    return track.observe(std::numeric_limits<double>::quiet_NaN(), why, now);
  }
};

TEST(SourceTrack, B58_what_cannot_be_is_refused_and_the_last_good_value_stays) {
  Source source;
  EXPECT_EQ(source.say(0.60), "");
  EXPECT_EQ(source.lie(), "the price is negative");
  EXPECT_EQ(source.track.value(), 0.60);
  EXPECT_EQ(source.track.at(), TimePoint{} + kPace) << "its age is that of the good value";
}

TEST(SourceTrack, a_value_that_stands_out_is_not_believed_at_once) {
  Source source;
  for (const double price : {1.00, 1.01, 0.99, 1.00, 1.02}) EXPECT_EQ(source.say(price), "");
  EXPECT_NE(source.say(100.0).find("100 stands out of what the source said lately (1.02)"),
            std::string::npos);
  EXPECT_EQ(source.track.value(), 1.02);
  EXPECT_EQ(source.say(1.01), "");
}

TEST(SourceTrack, a_value_that_stays_is_news) {
  Source source;
  for (int i = 0; i < 6; ++i) source.say(1.0);
  EXPECT_NE(source.say(2.0), "");
  EXPECT_NE(source.say(2.0), "");
  EXPECT_EQ(source.say(2.0), "");
  EXPECT_EQ(source.track.value(), 2.0);
  EXPECT_FALSE(source.track.quarantined());
  EXPECT_EQ(source.say(2.02), "") << "what is known is the new level";
  EXPECT_NE(source.say(1.0), "");
}

TEST(SourceTrack, ordinary_noise_is_no_outlier) {
  const std::uint64_t seed = 7;
  Prng prng(seed);
  Source source;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    refused += source.say(1.0 + 0.02 * (prng.uniform() - 0.5)).empty() ? 0 : 1;
  }
  EXPECT_EQ(refused, 0) << "seed " << seed;
}

TEST(SourceTrack, B62_a_source_that_flaps_every_second_ends_in_quarantine) {
  Source source;
  for (int i = 0; i < 4; ++i) source.say(1.0);
  for (int i = 0; i < 20 && !source.track.quarantined(); ++i) source.say(i % 2 == 0 ? 9.0 : 1.0);
  EXPECT_TRUE(source.track.quarantined());
  EXPECT_EQ(source.track.reason(), "its values jump about");
  EXPECT_EQ(source.track.value(), 1.0);
}

TEST(SourceTrack, three_lies_make_a_quarantine_with_a_reason) {
  Source source;
  source.say(1.0);
  source.lie();
  source.lie();
  EXPECT_FALSE(source.track.quarantined());
  source.lie("the price is not a finite number");
  EXPECT_TRUE(source.track.quarantined());
  EXPECT_EQ(source.track.reason(), "the price is not a finite number");
  EXPECT_EQ(source.say(1.0), "the source is in quarantine: the price is not a finite number");
}

TEST(SourceTrack, a_source_that_is_sound_again_is_released_when_its_time_is_over) {
  Source source;
  for (int i = 0; i < 3; ++i) source.lie();
  const TimePoint until = source.track.until();
  EXPECT_EQ(until, source.now + SourceTrack::kFirstQuarantine);
  while (source.track.quarantined()) {
    source.say(1.5);
    ASSERT_LE(source.now, until + kPace);
  }
  EXPECT_GE(source.now, until);
  EXPECT_EQ(source.track.value(), 1.5);
}

TEST(SourceTrack, a_source_that_goes_on_lying_stays_where_it_is) {
  Source source;
  for (int i = 0; i < 1000; ++i) {
    i % 4 == 3 ? source.say(1.0) : source.lie();
    if (i > 3) {
      ASSERT_TRUE(source.track.quarantined()) << i;
    }
  }
}

TEST(SourceTrack, each_relapse_doubles_the_time_up_to_a_bound) {
  Source source;
  Duration expected = SourceTrack::kFirstQuarantine;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 3; ++i) source.lie();
    EXPECT_EQ(source.track.until() - source.now, expected) << "round " << round;
    while (source.track.quarantined()) source.say(1.0);
    expected = std::min(2 * expected, SourceTrack::kLongestQuarantine);
  }
}

TEST(SourceTrack, B60_what_is_older_than_what_was_said_before_changes_nothing) {
  Source source;
  source.say(1.0);
  EXPECT_EQ(source.track.observe(2.0, std::nullopt, source.now - 1s),
            "it is older than what the source said before");
  EXPECT_EQ(source.track.value(), 1.0);
}

RC_GTEST_PROP(SourceTrack, only_believed_values_are_ever_its_value, ()) {
  const auto values = *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(-3, 12));
  Source source;
  double believed = 0.0;
  for (const int each : values) {
    const bool lie = each < 0;
    const std::string why = lie ? source.lie() : source.say(each);
    if (why.empty()) believed = each;
    RC_ASSERT(!lie || !why.empty());
    if (source.track.has_value()) RC_ASSERT(source.track.value() == believed);
  }
}

}  // namespace
}  // namespace signalbox::core
