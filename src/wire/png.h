// SPDX-License-Identifier: Apache-2.0
//
// Writes a PNG: emulated accelerators answer image requests with real images that any viewer opens,
// because a client that checks its answer must find nothing wrong.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace signalbox::wire {

// The bytes of an 8-bit RGB image. `rgb` holds rows from the top, three bytes per pixel.
// REQUIRES: width and height > 0; rgb.size() == width x height x 3.
std::string encode_png(std::uint32_t width, std::uint32_t height,
                       std::span<const std::uint8_t> rgb);

}  // namespace signalbox::wire
