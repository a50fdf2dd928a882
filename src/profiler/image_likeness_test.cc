// SPDX-License-Identifier: Apache-2.0
//
// SSIM against its own definition, and what it says of pictures that people would call the same.
#include "profiler/image_likeness.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "profiler/test_pictures.h"

namespace signalbox::profiler {
namespace {

using testing::rounded_differently;
using testing::scene;

Picture grey(int width, int height, int level) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height),
                                    static_cast<std::uint8_t>(level))};
}

double luminance(const Picture& picture, int x, int y) {
  const std::size_t at = 3 * static_cast<std::size_t>(y * picture.width + x);
  return 0.299 * picture.rgb[at] + 0.587 * picture.rgb[at + 1] + 0.114 * picture.rgb[at + 2];
}

// The definition, word by word: at each pixel a window of 11 x 11, no thought of speed.
double ssim_by_definition(const Picture& a, const Picture& b) {
  double sum = 0.0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      double weights = 0.0, mean_a = 0.0, mean_b = 0.0;
      const auto each = [&](const auto& use) {
        for (int v = std::max(0, y - 5); v <= std::min(a.height - 1, y + 5); ++v) {
          for (int u = std::max(0, x - 5); u <= std::min(a.width - 1, x + 5); ++u) {
            const double square = (u - x) * (u - x) + (v - y) * (v - y);
            use(std::exp(-square / (2.0 * 1.5 * 1.5)), luminance(a, u, v), luminance(b, u, v));
          }
        }
      };
      each([&](double w, double p, double q) {
        weights += w;
        mean_a += w * p;
        mean_b += w * q;
      });
      mean_a /= weights;
      mean_b /= weights;
      double variance_a = 0.0, variance_b = 0.0, covariance = 0.0;
      each([&](double w, double p, double q) {
        variance_a += w / weights * (p - mean_a) * (p - mean_a);
        variance_b += w / weights * (q - mean_b) * (q - mean_b);
        covariance += w / weights * (p - mean_a) * (q - mean_b);
      });
      const double c1 = std::pow(0.01 * 255, 2), c2 = std::pow(0.03 * 255, 2);
      sum += (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
             ((mean_a * mean_a + mean_b * mean_b + c1) * (variance_a + variance_b + c2));
    }
  }
  return sum / (a.width * a.height);
}

TEST(ImageLikeness, is_ssim_by_its_definition) {
  const Picture pairs[][2] = {
      {scene(1, 23, 17), scene(2, 23, 17)},
      {scene(3, 23, 17), rounded_differently(scene(3, 23, 17), 20)},
      {scene(4, 5, 3), scene(5, 5, 3)},  // smaller than the window
  };
  for (const auto& [a, b] : pairs) {
    EXPECT_NEAR(compare_pictures(a, b).ssim, ssim_by_definition(a, b), 1e-9);
  }
}

TEST(ImageLikeness, of_even_surfaces_only_the_light_differs) {
  const double c1 = std::pow(0.01 * 255, 2);
  const double expected = (2.0 * 100 * 140 + c1) / (100.0 * 100 + 140.0 * 140 + c1);
  EXPECT_NEAR(compare_pictures(grey(30, 20, 100), grey(30, 20, 140)).ssim, expected, 1e-9);
  EXPECT_NEAR(compare_pictures(grey(1, 1, 100), grey(1, 1, 140)).ssim, expected, 1e-9);
  EXPECT_NEAR(compare_pictures(grey(9, 9, 0), grey(9, 9, 0)).ssim, 1.0, 1e-12);
}

TEST(ImageLikeness, rounding_passes_and_another_scene_does_not) {
  const Picture drawn = scene(11, 512, 512);
  EXPECT_GT(compare_pictures(drawn, rounded_differently(drawn, 4)).ssim, 0.95);
  EXPECT_LT(compare_pictures(drawn, scene(12, 512, 512)).ssim, 0.8);
}

TEST(ImageLikeness, what_is_missing_in_one_corner_shows_in_its_tile) {
  const Picture drawn = scene(11, 256, 256);
  Picture without = drawn;
  for (std::size_t y = 0; y < 64; ++y) {
    for (std::size_t x = 0; x < 3UL * 64UL; ++x) without.rgb[y * 3UL * 256UL + x] = 128;
  }
  const ImageLikeness found = compare_pictures(drawn, without);
  EXPECT_GT(found.ssim, 0.9);
  EXPECT_LT(found.tile_ssim, 0.2);
  EXPECT_NEAR(compare_pictures(drawn, drawn).tile_ssim, 1.0, 1e-9);
}

TEST(ImageLikeness, sees_colours_that_structure_does_not_show) {
  Picture drawn = scene(13);
  Picture swapped = drawn;
  for (std::size_t i = 0; i + 2 < swapped.rgb.size(); i += 3) {
    // The same luminance with less green and more red.
    const int shift = std::min({40, 255 - swapped.rgb[i], swapped.rgb[i + 1] * 587 / 299});
    swapped.rgb[i] = static_cast<std::uint8_t>(swapped.rgb[i] + shift);
    swapped.rgb[i + 1] = static_cast<std::uint8_t>(swapped.rgb[i + 1] - shift * 299 / 587);
  }
  const ImageLikeness found = compare_pictures(drawn, swapped);
  EXPECT_GT(found.ssim, 0.97);
  EXPECT_GT(found.colour, 0.05);
  EXPECT_EQ(compare_pictures(drawn, drawn).colour, 0.0);
}

RC_GTEST_PROP(ImageLikenessProperty, is_one_of_itself_and_the_same_both_ways, ()) {
  const int width = *rc::gen::inRange(1, 40), height = *rc::gen::inRange(1, 40);
  const Picture a = scene(*rc::gen::arbitrary<std::uint64_t>(), width, height);
  const Picture b = scene(*rc::gen::arbitrary<std::uint64_t>(), width, height);
  const ImageLikeness there = compare_pictures(a, b), back = compare_pictures(b, a);
  RC_ASSERT(std::abs(compare_pictures(a, a).ssim - 1.0) < 1e-9);
  RC_ASSERT(std::abs(there.ssim - back.ssim) < 1e-12);
  RC_ASSERT(std::abs(there.colour - back.colour) < 1e-12);
  RC_ASSERT(there.tile_ssim <= there.ssim + 1e-9);
  RC_ASSERT(there.ssim >= -1.0);
  RC_ASSERT(there.ssim <= 1.0);
}

RC_GTEST_PROP(ImageLikenessProperty, more_noise_is_never_more_alike, ()) {
  const Picture drawn = scene(*rc::gen::arbitrary<std::uint64_t>());
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  double before = 1.0;
  for (const int most : {2, 8, 32}) {
    const double now = compare_pictures(drawn, rounded_differently(drawn, most, seed)).ssim;
    RC_ASSERT(now < before);
    before = now;
  }
}

}  // namespace
}  // namespace signalbox::profiler
