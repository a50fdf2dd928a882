// SPDX-License-Identifier: Apache-2.0
//
// A drawing as one self-contained SVG. The same drawing gives the same bytes everywhere.
#pragma once

#include <string>

#include "profiler/drawing.h"

namespace signalbox::profiler {

std::string svg_of(const Drawing& drawing);

}  // namespace signalbox::profiler
