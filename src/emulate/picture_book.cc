// SPDX-License-Identifier: Apache-2.0
//
// Draws a plaid of two colours whose threads the prompt's hash decides; see picture_book.h.
#include "emulate/picture_book.h"

#include <vector>

#include "base/prng.h"
#include "wire/base64.h"
#include "wire/png.h"

namespace signalbox::emulate {

namespace {

struct Colour {
  std::uint8_t red, green, blue;
};

Colour draw_colour(Prng& prng) {
  const auto channel = [&] { return static_cast<std::uint8_t>(prng.below(256)); };
  return {channel(), channel(), channel()};
}

std::uint8_t mix(std::uint8_t a, std::uint8_t b, std::uint32_t part_of_64) {
  return static_cast<std::uint8_t>((a * (63 - part_of_64) + b * part_of_64) / 63);
}

std::string draw_png(std::uint64_t hash) {
  Prng prng(hash);
  const Colour ground = draw_colour(prng);
  const Colour thread = draw_colour(prng);
  const auto slope_x = static_cast<std::uint32_t>(1 + prng.below(7));
  const auto slope_y = static_cast<std::uint32_t>(1 + prng.below(7));
  constexpr std::uint32_t kSide = PictureBook::kSide;
  std::vector<std::uint8_t> rgb;
  rgb.reserve(kSide * kSide * 3);
  for (std::uint32_t y = 0; y < kSide; ++y) {
    for (std::uint32_t x = 0; x < kSide; ++x) {
      const std::uint32_t part = ((x * slope_x) ^ (y * slope_y)) % 64;
      rgb.push_back(mix(ground.red, thread.red, part));
      rgb.push_back(mix(ground.green, thread.green, part));
      rgb.push_back(mix(ground.blue, thread.blue, part));
    }
  }
  return wire::encode_png(kSide, kSide, rgb);
}

}  // namespace

std::uint64_t prompt_hash(std::string_view prompt) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : prompt) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return hash;
}

const std::string& PictureBook::base64_png(std::string_view prompt) {
  const std::uint64_t hash = prompt_hash(prompt);
  const auto found = pictures_.find(hash);
  if (found != pictures_.end()) return found->second;
  if (pictures_.size() == kMaxKept) {
    pictures_.erase(by_age_.front());
    by_age_.pop_front();
  }
  by_age_.push_back(hash);
  return pictures_.emplace(hash, wire::base64_encode(draw_png(hash))).first->second;
}

}  // namespace signalbox::emulate
