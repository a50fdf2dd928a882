// SPDX-License-Identifier: Apache-2.0
//
// For tests: pictures that can be told apart by eye, and what two machines would make of the same
// one.
#pragma once

#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/prng.h"
#include "profiler/picture.h"
#include "wire/png.h"

namespace signalbox::profiler::testing {

// A disc on a striped slope of light, whose place and colours the seed decides.
inline Picture scene(std::uint64_t seed, int width = 96, int height = 80) {
  Prng prng(seed);
  const double centre_x = width * (0.25 + 0.5 * prng.uniform());
  const double centre_y = height * (0.25 + 0.5 * prng.uniform());
  const double radius = std::min(width, height) * (0.15 + 0.2 * prng.uniform());
  const double stripes = 1.5 * prng.uniform();
  const double red = prng.uniform(), green = prng.uniform(), blue = prng.uniform();
  Picture picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside = std::hypot(x - centre_x, y - centre_y) < radius;
      const double grain = 0.12 * std::sin(0.9 * x + stripes * y);
      const double light = (inside ? 0.85 : 0.25 + 0.4 * x / width) + grain;
      for (const double channel : {red, green, blue}) {
        picture.rgb.push_back(
            static_cast<std::uint8_t>(255.0 * light * (inside ? channel : 1.0 - 0.6 * channel)));
      }
    }
  }
  return picture;
}

// The same with each channel off by at most `most`.
inline Picture rounded_differently(Picture picture, int most, std::uint64_t seed = 7) {
  Prng prng(seed);
  for (auto& channel : picture.rgb) {
    const int off = static_cast<int>(prng.below(static_cast<std::uint64_t>(2 * most + 1))) - most;
    channel = static_cast<std::uint8_t>(std::clamp(channel + off, 0, 255));
  }
  return picture;
}

inline std::string png_of(const Picture& picture) {
  return wire::encode_png(static_cast<std::uint32_t>(picture.width),
                          static_cast<std::uint32_t>(picture.height), picture.rgb);
}

inline std::string jpeg_of(const Picture& picture, bool progressive = false) {
  void* jpeg = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  tjCompress2(jpeg, picture.rgb.data(), picture.width, 0, picture.height, TJPF_RGB, &bytes, &size,
              TJSAMP_444, 95, progressive ? TJFLAG_PROGRESSIVE : 0);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(jpeg);
  return out;
}

}  // namespace signalbox::profiler::testing
