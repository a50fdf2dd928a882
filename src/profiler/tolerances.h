// SPDX-License-Identifier: Apache-2.0
//
// How near two units' answers must be to count as the same. The defaults let rounding pass, and
// neither another model nor another scheduler of its steps.
#pragma once

#include <string>
#include <vector>

namespace signalbox::profiler {

struct Tolerances {
  double min_ssim = 0.9;                  // of pictures, see image_likeness.h
  double min_tile_ssim = 0.5;             // in the least alike part of a picture
  double max_colour = 0.05;               // of pictures
  double max_distance = 0.1;              // of texts, see text_likeness.h; JSON must be equal
  double min_cosine = 0.99;               // of embeddings
  std::vector<std::string> ignored = {};  // members of JSON documents that are meant to differ
  double min_share = 1.0;                 // of prompts whose answers must pass
};

}  // namespace signalbox::profiler
