// SPDX-License-Identifier: Apache-2.0
//
// Reads the PNG back as a viewer would: signature, chunk lengths and checksums, inflated rows.
#include "wire/png.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::wire {
namespace {

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

struct Chunk {
  std::string_view type, data;
};

std::vector<Chunk> read_chunks(std::string_view png) {
  EXPECT_TRUE(png.starts_with("\x89PNG\r\n\x1A\n"));
  png.remove_prefix(8);
  std::vector<Chunk> chunks;
  while (!png.empty()) {
    const std::size_t size = read_u32(png);
    const std::string_view checked = png.substr(4, size + 4);
    EXPECT_EQ(
        crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size())),
        read_u32(png.substr(8 + size)));
    chunks.push_back({checked.substr(0, 4), checked.substr(4)});
    png.remove_prefix(12 + size);
  }
  return chunks;
}

TEST(Png, reads_back_as_the_pixels_written) {
  constexpr std::uint32_t kWidth = 7, kHeight = 5;
  constexpr std::size_t kRow = 3 * kWidth;
  std::vector<std::uint8_t> rgb(kRow * kHeight);
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = static_cast<std::uint8_t>(i * i + 3);

  const std::string png = encode_png(kWidth, kHeight, rgb);
  const auto chunks = read_chunks(png);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[0].type, "IHDR");
  EXPECT_EQ(read_u32(chunks[0].data), kWidth);
  EXPECT_EQ(read_u32(chunks[0].data.substr(4)), kHeight);
  EXPECT_EQ(chunks[0].data.substr(8), std::string_view("\x08\x02\0\0\0", 5));
  EXPECT_EQ(chunks[1].type, "IDAT");
  EXPECT_EQ(chunks[2].type, "IEND");
  EXPECT_TRUE(chunks[2].data.empty());

  std::vector<std::uint8_t> rows((kRow + 1) * kHeight);
  uLongf size = rows.size();
  ASSERT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(chunks[1].data.data()),
                       chunks[1].data.size()),
            Z_OK);
  ASSERT_EQ(size, rows.size());
  for (std::size_t row = 0; row < kHeight; ++row) {
    ASSERT_EQ(rows[row * (kRow + 1)], 2) << "the filter Up";
    for (std::size_t i = 0; i < kRow; ++i) {
      const int above = row == 0 ? 0 : rgb[(row - 1) * kRow + i];
      EXPECT_EQ(static_cast<std::uint8_t>(rows[row * (kRow + 1) + 1 + i] + above),
                rgb[row * kRow + i]);
    }
  }
}

TEST(Png, one_pixel_is_an_image) {
  const std::uint8_t red[] = {255, 0, 0};
  EXPECT_EQ(read_chunks(encode_png(1, 1, red)).size(), 3u);
}

}  // namespace
}  // namespace signalbox::wire
