// SPDX-License-Identifier: Apache-2.0
//
// A decoded picture: what two image models' answers are compared as, whatever format each chose to
// send. Eight bits and three colours are all a viewer sees, so other depths are converted on the
// way in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signalbox::profiler {

struct Picture {
  int width = 0;                  // pixels
  int height = 0;                 // pixels
  std::vector<std::uint8_t> rgb;  // rows from the top, three bytes a pixel

  std::size_t pixels() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
};

}  // namespace signalbox::profiler
