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

// e to the power of a normal with mean `mu` and deviation `sigma`; its own mean is
// exp(mu + sigma^2 / 2).
double draw_lognormal(Prng& prng, double mu, double sigma);

// Gamma with mean shape * scale and variance shape * scale^2 (Marsaglia & Tsang, 2000: squeeze and
// rejection; below shape 1 their boost by a power of a uniform). REQUIRES: shape > 0, scale > 0.
double draw_gamma(Prng& prng, double shape, double scale);

// Weibull with mean scale * Gamma(1 + 1 / shape) (inverse transform). REQUIRES: shape > 0,
// scale > 0.
double draw_weibull(Prng& prng, double shape, double scale);

// Uniform duration in [low, high].
Duration draw_duration(Prng& prng, Duration low, Duration high);

}  // namespace signalbox
