// SPDX-License-Identifier: Apache-2.0
//
// The least a PNG needs: header, one data chunk, end. Rows are filtered by "Up" (each byte minus
// the one above), which makes smooth images small before deflate sees them.
#include "wire/png.h"

#include <zlib.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/assert.h"

namespace signalbox::wire {

namespace {

constexpr std::size_t kBytesPerPixel = 3;
constexpr std::uint8_t kFilterUp = 2;

void append_u32(std::string& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((value >> shift) & 0xFF);
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked_from = out.size();
  out.append(type).append(data);
  const auto* checked = reinterpret_cast<const Bytef*>(out.data() + checked_from);
  append_u32(out, static_cast<std::uint32_t>(
                      crc32(0, checked, static_cast<uInt>(out.size() - checked_from))));
}

std::vector<std::uint8_t> filter_rows(std::size_t row_bytes, std::span<const std::uint8_t> rgb) {
  std::vector<std::uint8_t> rows;
  rows.reserve(rgb.size() + rgb.size() / row_bytes);
  for (std::size_t row = 0; row < rgb.size(); row += row_bytes) {
    rows.push_back(kFilterUp);
    for (std::size_t i = row; i < row + row_bytes; ++i) {
      const std::uint8_t above = row == 0 ? std::uint8_t{0} : rgb[i - row_bytes];
      rows.push_back(static_cast<std::uint8_t>(rgb[i] - above));
    }
  }
  return rows;
}

std::string deflate(const std::vector<std::uint8_t>& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  const int result = compress2(reinterpret_cast<Bytef*>(out.data()), &size, bytes.data(),
                               bytes.size(), Z_BEST_SPEED);
  SIGNALBOX_ASSERT(result == Z_OK);  // the buffer is large enough, and memory is not optional
  out.resize(size);
  return out;
}

}  // namespace

std::string encode_png(std::uint32_t width, std::uint32_t height,
                       std::span<const std::uint8_t> rgb) {
  const std::size_t row_bytes = kBytesPerPixel * width;
  SIGNALBOX_ASSERT(width > 0 && height > 0 && rgb.size() == row_bytes * height);
  std::string header;
  append_u32(header, width);
  append_u32(header, height);
  // 8 bits per sample, colour type RGB, deflate, adaptive filters, no interlace.
  for (const int field : {8, 2, 0, 0, 0}) header += static_cast<char>(field);

  std::string png = "\x89PNG\r\n\x1A\n";
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", deflate(filter_rows(row_bytes, rgb)));
  append_chunk(png, "IEND", {});
  return png;
}

}  // namespace signalbox::wire
