// SPDX-License-Identifier: Apache-2.0
//
// Four Gaussian blurs and a quotient. At the edges the window is cut off and its weights are
// made to sum to one again, so pictures smaller than the window have a likeness, too.
#include "profiler/image_likeness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/assert.h"

namespace signalbox::profiler {

namespace {

constexpr int kRadius = 5;  // of the window of 11 x 11
constexpr double kDeviation = 1.5;
constexpr double kRange = 255.0;
constexpr double kC1 = (0.01 * kRange) * (0.01 * kRange);
constexpr double kC2 = (0.03 * kRange) * (0.03 * kRange);
constexpr int kViewedSide = 256;
constexpr int kTiles = 4;  // each way

// One channel, row by row.
struct Plane {
  int width, height;
  std::vector<double> values;

  Plane(int wide, int high)
      : width(wide),
        height(high),
        values(static_cast<std::size_t>(wide) * static_cast<std::size_t>(high)) {}
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

struct Channels {
  Plane y, cb, cr;
};

// ITU-R BT.601 with full range; each pixel of the result is the mean of factor x factor of them.
Channels viewed(const Picture& picture, int factor) {
  const int width = std::max(1, picture.width / factor);
  const int height = std::max(1, picture.height / factor);
  Channels out{Plane(width, height), Plane(width, height), Plane(width, height)};
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      double red = 0.0, green = 0.0, blue = 0.0;
      const int end_y = std::min(picture.height, (row + 1) * factor);
      const int end_x = std::min(picture.width, (column + 1) * factor);
      int count = 0;
      for (int y = row * factor; y < end_y; ++y) {
        for (int x = column * factor; x < end_x; ++x, ++count) {
          const std::size_t at =
              3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                   static_cast<std::size_t>(x));
          red += picture.rgb[at];
          green += picture.rgb[at + 1];
          blue += picture.rgb[at + 2];
        }
      }
      red /= count;
      green /= count;
      blue /= count;
      const std::size_t at = out.y.index(column, row);
      out.y.values[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
      out.cb.values[at] = -0.168736 * red - 0.331264 * green + 0.5 * blue;
      out.cr.values[at] = 0.5 * red - 0.418688 * green - 0.081312 * blue;
    }
  }
  return out;
}

std::array<double, kRadius + 1> gaussian() {
  std::array<double, kRadius + 1> weights{};
  for (int i = 0; i <= kRadius; ++i) {
    weights[static_cast<std::size_t>(i)] = std::exp(-i * i / (2.0 * kDeviation * kDeviation));
  }
  return weights;
}

// Along rows (step 1 in x) or along columns (step 1 in y).
Plane blurred_along(const Plane& in, bool rows) {
  static const auto weights = gaussian();
  Plane out(in.width, in.height);
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      double sum = 0.0, weight = 0.0;
      for (int d = -kRadius; d <= kRadius; ++d) {
        const int at_x = rows ? x + d : x;
        const int at_y = rows ? y : y + d;
        if (at_x < 0 || at_y < 0 || at_x >= in.width || at_y >= in.height) continue;
        const double part = weights[static_cast<std::size_t>(d < 0 ? -d : d)];
        sum += part * in.values[in.index(at_x, at_y)];
        weight += part;
      }
      out.values[out.index(x, y)] = sum / weight;
    }
  }
  return out;
}

Plane blurred(const Plane& in) { return blurred_along(blurred_along(in, true), false); }

Plane product(const Plane& a, const Plane& b) {
  Plane out(a.width, a.height);
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = a.values[i] * b.values[i];
  return out;
}

// Equation 13 of the paper at each pixel.
Plane ssim_map(const Plane& a, const Plane& b) {
  const Plane mean_a = blurred(a), mean_b = blurred(b);
  const Plane square_a = blurred(product(a, a)), square_b = blurred(product(b, b));
  const Plane cross = blurred(product(a, b));
  Plane map(a.width, a.height);
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double mu_a = mean_a.values[i], mu_b = mean_b.values[i];
    const double variance_a = std::max(0.0, square_a.values[i] - mu_a * mu_a);
    const double variance_b = std::max(0.0, square_b.values[i] - mu_b * mu_b);
    const double covariance = cross.values[i] - mu_a * mu_b;
    map.values[i] = (2.0 * mu_a * mu_b + kC1) * (2.0 * covariance + kC2) /
                    ((mu_a * mu_a + mu_b * mu_b + kC1) * (variance_a + variance_b + kC2));
  }
  return map;
}

// Over the rectangle from one corner up to, not including, the other; equation 14 for the whole.
double mean_within(const Plane& map, int left, int top, int right, int bottom) {
  double sum = 0.0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) sum += map.values[map.index(x, y)];
  }
  return std::clamp(sum / ((right - left) * (bottom - top)), -1.0, 1.0);
}

double least_alike_tile(const Plane& map) {
  const int across = std::min(kTiles, map.width), down = std::min(kTiles, map.height);
  double least = 1.0;
  for (int j = 0; j < down; ++j) {
    for (int i = 0; i < across; ++i) {
      least =
          std::min(least, mean_within(map, i * map.width / across, j * map.height / down,
                                      (i + 1) * map.width / across, (j + 1) * map.height / down));
    }
  }
  return least;
}

double mean_colour_distance(const Channels& a, const Channels& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.cb.values.size(); ++i) {
    sum += std::hypot(a.cb.values[i] - b.cb.values[i], a.cr.values[i] - b.cr.values[i]);
  }
  return sum / (kRange * static_cast<double>(a.cb.values.size()));
}

}  // namespace

ImageLikeness compare_pictures(const Picture& a, const Picture& b) {
  SIGNALBOX_ASSERT(a.width == b.width && a.height == b.height && a.pixels() > 0);
  SIGNALBOX_ASSERT(a.rgb.size() == 3 * a.pixels() && b.rgb.size() == 3 * b.pixels());
  const int shorter = std::min(a.width, a.height);
  const int factor = std::max(1, (shorter + kViewedSide / 2) / kViewedSide);
  const Channels seen_a = viewed(a, factor), seen_b = viewed(b, factor);
  const Plane map = ssim_map(seen_a.y, seen_b.y);
  return {.ssim = mean_within(map, 0, 0, map.width, map.height),
          .tile_ssim = least_alike_tile(map),
          .colour = mean_colour_distance(seen_a, seen_b)};
}

}  // namespace signalbox::profiler
