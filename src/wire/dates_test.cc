// SPDX-License-Identifier: Apache-2.0
//
// Dates that are one, and what only looks like it.
#include "wire/dates.h"

#include <gtest/gtest.h>

namespace signalbox::wire {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Dates, a_date_of_http_is_read_in_seconds) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  for (const auto* wrong : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                            "Sun, 06 Nov 1994 08:49:37 CET", "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(wrong), std::nullopt) << wrong;
  }
}

TEST(Dates, a_timestamp_is_read_with_its_fraction_and_its_zone) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01Z"), kSecond);
  EXPECT_EQ(parse_rfc3339("2025-03-26T09:41:07.250Z"), 1742982067 * kSecond + 250'000'000);
  EXPECT_EQ(parse_rfc3339("2025-03-26T11:41:07+02:00"), 1742982067 * kSecond);
  EXPECT_EQ(parse_rfc3339("2025-03-26 04:11:07-05:30"), 1742982067 * kSecond);
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.0000000019z"), 1) << "further digits are cut";
}

TEST(Dates, what_only_looks_like_a_timestamp_is_none) {
  for (const auto* wrong :
       {"", "2025-03-26", "2025-03-26T09:41:07", "2025-03-26T09:41:07.Z", "2025-13-26T09:41:07Z",
        "2025-02-29T09:41:07Z", "2025-03-26T25:41:07Z", "2025-03-26T09:41:07+2:00",
        "2025-03-26T09:41:07 CET", "0001-03-26T09:41:07Z", "9999-03-26T09:41:07Z",
        "2025-03-26T09:41:07+99:00", "2O25-03-26T09:41:07Z"}) {
    EXPECT_EQ(parse_rfc3339(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace signalbox::wire
