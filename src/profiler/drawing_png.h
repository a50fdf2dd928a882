// SPDX-License-Identifier: Apache-2.0
//
// A drawing as a PNG, for pages, chats and documents that take no SVG. Drawn by Cairo, from the
// same shapes, at twice the size, so that it is sharp on today's screens.
#pragma once

#include <string>

#include "base/result.h"
#include "profiler/drawing.h"

namespace signalbox::profiler {

// An Error when there is no memory for it. Letters are those of the machine's plain font.
Result<std::string> png_of(const Drawing& drawing, double scale = 2.0);

}  // namespace signalbox::profiler
