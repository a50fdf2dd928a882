// SPDX-License-Identifier: Apache-2.0
//
// Units side by side as one picture: a row for each, and beside its name how long a request takes
// alone, how many a minute it serves, and what a thousand cost. Each figure stands beside its mark,
// so nothing has to be read off an axis.
#pragma once

#include "profiler/compare.h"
#include "profiler/drawing.h"

namespace signalbox::profiler {

// REQUIRES: at least one unit.
Drawing compare_plot(const UnitComparison& comparison);

}  // namespace signalbox::profiler
