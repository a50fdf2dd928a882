// SPDX-License-Identifier: Apache-2.0
#include "observe/unicode.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "observe/wrapping.h"

namespace signalbox::observe {
namespace {

TEST(Unicode, widths_of_the_kinds_of_text_a_name_may_hold) {
  EXPECT_EQ(display_width("sd21-inf2"), 9);
  EXPECT_EQ(display_width("größe"), 5);
  EXPECT_EQ(display_width("e\u0301"), 1) << "a combining accent takes no column";
  EXPECT_EQ(display_width("推論"), 4);
  EXPECT_EQ(display_width("🚦"), 2);
  EXPECT_EQ(display_width("█▎━┃·…→"), 7);
  EXPECT_EQ(display_width("a\u200b\u202eb"), 2) << "zero-width and direction marks do not show";
  EXPECT_EQ(display_width("\x1b[2J"), 3) << "an escape takes none";
}

TEST(Unicode, malformed_bytes_become_one_replacement_each) {
  EXPECT_EQ(printable("a\xff\xfe z"), "a\uFFFD\uFFFD z");
  EXPECT_EQ(printable("\xc0\xaf"), "\uFFFD\uFFFD") << "overlong slash";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond Unicode";
  EXPECT_EQ(printable("\xe2\x82"), "\uFFFD\uFFFD") << "cut off";
}

TEST(Unicode, controls_are_not_printable) {
  EXPECT_EQ(printable("\x1b[31mred\u009b"), "\uFFFD[31mred\uFFFD");
}

RC_GTEST_PROP(Unicode, printable_is_idempotent_and_never_throws, (const std::string& bytes)) {
  const std::string once = printable(bytes);
  RC_ASSERT(printable(once) == once);
}

RC_GTEST_PROP(Unicode, encoding_then_decoding_gives_the_code_point_back, ()) {
  const auto c = static_cast<char32_t>(*rc::gen::inRange<std::uint32_t>(0, 0x110000));
  RC_PRE(c < 0xD800 || c > 0xDFFF);
  std::string text;
  append_utf8(text, c);
  std::size_t at = 0;
  RC_ASSERT(next_code_point(text, at) == c);
  RC_ASSERT(at == text.size());
}

TEST(Wrapping, fills_lines_and_gives_a_long_word_its_own) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("a incomprehensible b", 5),
            (std::vector<std::string>{"a", "incomprehensible", "b"}));
  EXPECT_EQ(wrap("", 5), std::vector<std::string>{""});
  EXPECT_EQ(wrap("推論 推論", 5), (std::vector<std::string>{"推論", "推論"}));
}

}  // namespace
}  // namespace signalbox::observe
