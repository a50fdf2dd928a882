// SPDX-License-Identifier: Apache-2.0
//
// What is remembered of tokens, for how long, and in how much room.
#include "access/verified_tokens.h"

#include <gtest/gtest.h>

#include <string>

namespace signalbox::access {
namespace {

TEST(VerifiedTokens, one_that_was_kept_is_known_until_its_end_and_under_its_policy) {
  VerifiedTokens tokens;
  const Sha256 token = sha256("a.b.c");
  EXPECT_EQ(tokens.find(token, 1, 100), nullptr);
  tokens.keep(token, 1, "acme", 200);
  ASSERT_NE(tokens.find(token, 1, 199), nullptr);
  EXPECT_EQ(*tokens.find(token, 1, 199), "acme");
  EXPECT_EQ(tokens.find(token, 1, 200), nullptr);
  EXPECT_EQ(tokens.find(token, 2, 100), nullptr);
  EXPECT_EQ(tokens.find(sha256("a.b.d"), 1, 100), nullptr);
}

TEST(VerifiedTokens, an_empty_place_is_nobodys_whatever_is_asked) {
  const VerifiedTokens tokens;
  EXPECT_EQ(tokens.find(Sha256{}, 0, 0), nullptr);
}

TEST(VerifiedTokens, room_is_bounded_and_a_newcomer_takes_an_older_ones_place) {
  VerifiedTokens tokens(2);
  for (int i = 0; i < 100; ++i) tokens.keep(sha256(std::to_string(i)), 1, "t", 1000);
  int known = 0;
  for (int i = 0; i < 100; ++i) {
    known += tokens.find(sha256(std::to_string(i)), 1, 0) != nullptr ? 1 : 0;
  }
  EXPECT_EQ(known, 2);
  EXPECT_NE(tokens.find(sha256("99"), 1, 0), nullptr);
}

}  // namespace
}  // namespace signalbox::access
