// SPDX-License-Identifier: Apache-2.0
//
// What is a picture, what is none, and what would be one of gigabytes.
#include "profiler/picture_decoder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "profiler/test_pictures.h"

namespace signalbox::profiler {
namespace {

using testing::jpeg_of;
using testing::png_of;
using testing::scene;

std::string refusal(std::string_view bytes) {
  const auto picture = decode_picture(bytes);
  return picture.ok() ? "decoded" : picture.error().message;
}

TEST(PictureDecoder, a_png_comes_back_as_it_was) {
  const Picture drawn = scene(1);
  const auto read = decode_picture(png_of(drawn));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->width, drawn.width);
  EXPECT_EQ(read->height, drawn.height);
  EXPECT_EQ(read->rgb, drawn.rgb);
}

TEST(PictureDecoder, a_jpeg_comes_back_nearly_as_it_was) {
  const Picture drawn = scene(2);
  for (const bool progressive : {false, true}) {
    const auto read = decode_picture(jpeg_of(drawn, progressive));
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_EQ(read->rgb.size(), drawn.rgb.size());
    double off = 0.0;
    for (std::size_t i = 0; i < drawn.rgb.size(); ++i) off += std::abs(read->rgb[i] - drawn.rgb[i]);
    EXPECT_LT(off / static_cast<double>(drawn.rgb.size()), 4.0);
  }
}

TEST(PictureDecoder, what_is_no_picture_is_named) {
  EXPECT_EQ(refusal(""), "no bytes at all, where a picture is expected");
  EXPECT_EQ(refusal("GIF89a..."), "9 bytes that are neither a PNG nor a JPEG");
  EXPECT_NE(refusal("\x89PNG\r\n\x1A\nrubbish").find("a PNG that cannot be read"),
            std::string::npos);
  EXPECT_NE(refusal("\xFF\xD8\xFF rubbish").find("a JPEG that cannot be read"), std::string::npos);
}

TEST(PictureDecoder, a_picture_that_breaks_off_is_no_picture_wherever_it_does) {
  const std::string png = png_of(scene(3, 24, 16));
  // The last 12 bytes say that it ends, and all of the picture is there without them.
  for (std::size_t length = 0; length + 12 < png.size(); ++length) {
    EXPECT_FALSE(decode_picture(png.substr(0, length)).ok()) << length << " of " << png.size();
  }
  const std::string jpeg = jpeg_of(scene(3, 64, 48));
  for (std::size_t length = 0; length + 2 < jpeg.size(); length += 7) {
    EXPECT_FALSE(decode_picture(jpeg.substr(0, length)).ok()) << length << " of " << jpeg.size();
  }
}

TEST(PictureDecoder, a_damaged_png_is_refused) {
  std::string png = png_of(scene(4));
  png[png.size() / 2] = static_cast<char>(png[png.size() / 2] ^ 0x10);
  EXPECT_NE(refusal(png).find("breaks off or is damaged"), std::string::npos) << refusal(png);
}

TEST(PictureDecoder, a_picture_is_measured_before_it_is_unpacked) {
  const Picture drawn = scene(5, 40, 30);
  for (const std::string& bytes : {png_of(drawn), jpeg_of(drawn)}) {
    EXPECT_TRUE(decode_picture(bytes, 1200).ok());
    const auto refused = decode_picture(bytes, 1199);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("40 x 30 pixels; at most 1199"), std::string::npos);
  }
  // A header that asks for 65,500 x 65,500 in a file of some hundred bytes: 12 GB.
  std::string jpeg = jpeg_of(drawn);
  const std::size_t frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  for (const std::size_t at : {5U, 7U}) jpeg.replace(frame + at, 2, "\xFF\xDC");
  EXPECT_EQ(refusal(jpeg), "a JPEG of 65500 x 65500 pixels; at most 16777216 are looked at");
}

RC_GTEST_PROP(PictureDecoderProperty, any_damage_gives_a_picture_of_its_size_or_a_reason, ()) {
  const Picture drawn = scene(*rc::gen::arbitrary<std::uint64_t>(), 20, 12);
  std::string bytes = *rc::gen::arbitrary<bool>() ? png_of(drawn) : jpeg_of(drawn);
  for (int left = *rc::gen::inRange(1, 6); left > 0; --left) {
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  }
  const auto read = decode_picture(bytes, 1UL << 20U);
  if (read.ok()) {
    RC_ASSERT(read->pixels() > 0U);
    RC_ASSERT(read->rgb.size() == 3 * read->pixels());
  } else {
    RC_ASSERT(!read.error().message.empty());
  }
}

}  // namespace
}  // namespace signalbox::profiler
