// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a PNG or a JPEG as a picture. The bytes come from whatever answers at an address, so
// they are as untrusted as any: a picture is as large as its header says only after that was
// compared with a bound, because a few kilobytes can ask for gigabytes. Damage is refused rather
// than repaired: half a picture is no answer to compare with.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "profiler/picture.h"

namespace signalbox::profiler {

// 4096 x 4096: what today's models draw at most, and 48 MiB.
inline constexpr std::uint64_t kMaxPixels = 4096UL * 4096UL;

// A picture of at least one pixel and at most `max_pixels`; transparent parts lie on white. Errors
// say what is wrong with the bytes, as in "a PNG that breaks off: ...".
Result<Picture> decode_picture(std::string_view bytes, std::uint64_t max_pixels = kMaxPixels);

}  // namespace signalbox::profiler
