// SPDX-License-Identifier: Apache-2.0
//
// How far a long simulation has come, on one line. Pure: the caller counts the work and reads the
// clock, and overwrites the line as often as it likes.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace signalbox::sim {

struct Progress {
  std::string label;  // "s1 signalbox seed 3/20"
  double done = 0.0;  // in any unit of work that passes at an even pace
  double total = 0.0;
  Duration elapsed{};
};

// By the pace so far; nullopt until enough has passed to tell (half a second, and 0.1 % of it).
std::optional<Duration> time_left(const Progress& progress);

// "s1 signalbox seed 3/20  [########------------]  42 %  1 min 20 s left", at most `width` columns;
// a narrow line gives up the bar first.
std::string render_progress(const Progress& progress, int width);

}  // namespace signalbox::sim
