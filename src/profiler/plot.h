// SPDX-License-Identifier: Apache-2.0
//
// One unit's measurement as a plot: how long answers take and how many come, against how many are
// asked for. Everything is named where it stands instead of in a legend, and every figure shows how
// sure it is: an interval that is wide is the first thing to know of a measurement.
#pragma once

#include "profiler/drawing.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// Good for any profile, also of few loads, of one, or of none.
Drawing plot_of(const UnitProfile& profile);

}  // namespace signalbox::profiler
