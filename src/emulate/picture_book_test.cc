// SPDX-License-Identifier: Apache-2.0
#include "emulate/picture_book.h"

#include <gtest/gtest.h>

#include <set>

#include "wire/base64.h"

namespace signalbox::emulate {
namespace {

TEST(PictureBook, a_picture_is_a_png) {
  PictureBook book;
  const auto bytes = wire::base64_decode(book.base64_png("a signal box"));
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes.value().substr(0, 8), "\x89PNG\r\n\x1a\n");
}

TEST(PictureBook, different_prompts_give_different_pictures_and_equal_ones_the_same) {
  PictureBook book, other;
  std::set<std::string> pictures;
  for (int i = 0; i < 50; ++i) pictures.insert(book.base64_png("prompt " + std::to_string(i)));
  EXPECT_EQ(pictures.size(), 50u);
  EXPECT_EQ(book.base64_png("prompt 7"), other.base64_png("prompt 7"));
}

TEST(PictureBook, keeps_a_bounded_number_and_redraws_what_it_dropped) {
  PictureBook book;
  const std::string first = book.base64_png("first");
  for (std::size_t i = 0; i < PictureBook::kMaxKept; ++i) book.base64_png(std::to_string(i));
  EXPECT_EQ(book.kept(), PictureBook::kMaxKept);
  EXPECT_EQ(book.base64_png("first"), first);
}

TEST(PromptHash, is_fnv_1a) {
  EXPECT_EQ(prompt_hash(""), 0xCBF29CE484222325ULL);
  EXPECT_EQ(prompt_hash("a"), 0xAF63DC4C8601EC8CULL);
}

}  // namespace
}  // namespace signalbox::emulate
