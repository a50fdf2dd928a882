// SPDX-License-Identifier: Apache-2.0
//
// What is told of signals that are refused, and what is not told again.
#include "apps/refusal_news.h"

#include <gtest/gtest.h>

namespace signalbox::apps {
namespace {

TEST(RefusalNews, the_same_complaint_is_told_again_only_after_a_while) {
  RefusalNews news;
  const TimePoint start{};
  EXPECT_TRUE(news.is_news("vllm", "a load of 37 is not possible", start));
  EXPECT_FALSE(news.is_news("vllm", "a load of 412 is not possible", start + 5s));
  EXPECT_TRUE(news.is_news("vllm", "endpoint 7 is not known", start + 5s));
  EXPECT_TRUE(news.is_news("prices", "a load of 37 is not possible", start + 5s));
  EXPECT_TRUE(news.is_news("vllm", "a load of 1 is not possible", start + RefusalNews::kSilence));
  EXPECT_FALSE(
      news.is_news("vllm", "a load of 1 is not possible", start + RefusalNews::kSilence + 1s));
}

TEST(RefusalNews, however_many_complaints_there_are_what_is_remembered_is_bounded) {
  RefusalNews news;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      for (char c = 'a'; c <= 'z'; ++c) {
        EXPECT_TRUE(news.is_news("vllm", std::string{a, b, c}, TimePoint{}));
      }
    }
  }
  EXPECT_LE(news.remembered(), RefusalNews::kMostRemembered);
}

}  // namespace
}  // namespace signalbox::apps
