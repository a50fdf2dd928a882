// SPDX-License-Identifier: Apache-2.0
//
// Words that must change, and the three laws of a distance.
#include "profiler/text_likeness.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace signalbox::profiler {
namespace {

using Tokens = std::vector<std::string_view>;

TEST(TextLikeness, words_and_signs_are_tokens_and_blanks_are_not) {
  EXPECT_EQ(tokens_of("It's 42%,  no?\n"), (Tokens{"It", "'", "s", "42", "%", ",", "no", "?"}));
  EXPECT_EQ(tokens_of("Größe über alles"), (Tokens{"Größe", "über", "alles"}));
  EXPECT_EQ(tokens_of("信号箱 ok"), (Tokens{"信", "号", "箱", "ok"}));
  EXPECT_TRUE(tokens_of(" \t\n").empty());
}

TEST(TextLikeness, is_the_share_of_words_that_must_change) {
  EXPECT_DOUBLE_EQ(text_distance("one two three four", "one two three four"), 0.0);
  EXPECT_DOUBLE_EQ(text_distance("one two three four", "one  two\nthree four"), 0.0);
  EXPECT_DOUBLE_EQ(text_distance("one two three four", "one two tree four"), 0.25);
  EXPECT_DOUBLE_EQ(text_distance("one two three four", "two three four"), 0.25);
  EXPECT_DOUBLE_EQ(text_distance("one two", "three four five six"), 1.0);
  EXPECT_DOUBLE_EQ(text_distance("", ""), 0.0);
  EXPECT_DOUBLE_EQ(text_distance("", "one"), 1.0);
}

TEST(TextLikeness, of_endless_texts_the_beginnings_are_compared) {
  std::string here, there;
  for (std::size_t i = 0; i < 2 * kMaxTokens; ++i) {
    here += "word ";
    there += i < kMaxTokens ? "word " : "other ";
  }
  EXPECT_DOUBLE_EQ(text_distance(here, there), 0.0);
}

TEST(TextLikeness, utf8_is_what_the_standard_says) {
  for (const char* good : {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x9A\x82"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                          "\xF0\x9F\x9A", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

std::string some_text() {
  std::string text;
  for (int left = *rc::gen::inRange(0, 9); left > 0; --left) {
    text += *rc::gen::element<std::string>("a ", "b ", "c ", "é ", "d, ", "列 ");
  }
  return text;
}

RC_GTEST_PROP(TextLikenessProperty, is_a_distance, ()) {
  const std::string a = some_text(), b = some_text(), c = some_text();
  const Tokens ta = tokens_of(a), tb = tokens_of(b), tc = tokens_of(c);
  RC_ASSERT((edit_distance(ta, tb) == 0U) == (ta == tb));
  RC_ASSERT(edit_distance(ta, tb) == edit_distance(tb, ta));
  RC_ASSERT(edit_distance(ta, tc) <= edit_distance(ta, tb) + edit_distance(tb, tc));
  const double share = text_distance(a, b);
  RC_ASSERT(share >= 0.0);
  RC_ASSERT(share <= 1.0);
}

}  // namespace
}  // namespace signalbox::profiler
