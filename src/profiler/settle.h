// SPDX-License-Identifier: Apache-2.0
//
// Where a unit's times stop being those of a cold one: caches fill, graphs are compiled, clocks
// rise. What came before is no property of the unit and would stretch every mean.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace signalbox::profiler {

// How many of these times, observed one after the other, belong to the warm-up; nullopt while too
// few have been seen to tell. By the rule MSER (White, Simulation 69, 1997): cut where the standard
// error of the mean of the rest is least. The cut is believed when it lies in the first half and
// at least `rest` times follow it; a single request that stands out by itself is not yet a warm-up,
// so nothing is cut that would change the mean by less than a twentieth of it and of the noise.
std::optional<std::size_t> settled_after(const std::vector<double>& times, std::size_t rest = 4);

}  // namespace signalbox::profiler
