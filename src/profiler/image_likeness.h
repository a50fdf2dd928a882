// SPDX-License-Identifier: Apache-2.0
//
// How alike two pictures are to somebody who looks at them. The same diffusion model on two kinds
// of hardware rounds differently, so its pictures are never equal bit by bit; what matters is that
// they show the same. Structure is compared by SSIM, which sees no colour, so colour is compared
// beside it.
#pragma once

#include "profiler/picture.h"

namespace signalbox::profiler {

struct ImageLikeness {
  // Mean structural similarity, -1 .. 1; 1 for equal pictures. Z. Wang, A. C. Bovik, H. R. Sheikh,
  // E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity",
  // IEEE Trans. Image Processing 13(4), 2004: on luminance, Gaussian window of 11 x 11 with a
  // deviation of 1.5 pixels, K1 = 0.01, K2 = 0.03.
  double ssim = 0.0;
  // The same in the least alike of 4 x 4 tiles: a mean forgives what is missing in one corner.
  double tile_ssim = 0.0;
  // Mean distance of the two colours of a pixel in the plane of Cb and Cr (ITU-R BT.601), as a
  // share of the channels' range; 0 for equal pictures.
  double colour = 0.0;
};

// Large pictures are first averaged down to a shorter side of about 256 pixels, as the authors of
// SSIM suggest: that is what an eye sees of them at once, and it bounds the work. REQUIRES: the
// same width and height, at least one pixel.
ImageLikeness compare_pictures(const Picture& a, const Picture& b);

}  // namespace signalbox::profiler
