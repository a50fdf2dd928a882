// SPDX-License-Identifier: Apache-2.0
//
// The few distributions Signalbox draws from, on our own PRNG so that a seed reproduces a run on
// any library. Each is one inverse-transform or textbook formula.
#pragma once

#include "base/prng.h"
#include "base/time.h"

namespace signalbox {

// Uniform in [low, high).
double draw_uniform(Prng& prng, double low, double high);

// Exponential with the given mean (inverse transform); the gaps of a Poisson process.
double draw_exponential(Prng& prng, double mean);

// Standard normal (Box-Muller, one of the pair, so that the stream's position stays simple).
double draw_standard_normal(Prng& prng);

// Uniform duration in [low, high].
Duration draw_duration(Prng& prng, Duration low, Duration high);

}  // namespace signalbox
