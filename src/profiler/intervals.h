// SPDX-License-Identifier: Apache-2.0
//
// How sure so many observations make one: 95 % intervals of means and of quantiles.
#pragma once

#include <vector>

#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// The 97.5 % point of Student's t with so many degrees of freedom, at least 1 (Cornish-Fisher
// expansion about the normal, Abramowitz and Stegun 26.7.5; exact values below four).
double student_t(int freedom);

// Standard error of the mean of values that were observed one after the other: the greater of the
// one for independent values and the one by batch means (Law and Kelton, Simulation Modeling and
// Analysis, 9.5.3), which sees that neighbours are alike. 0 for fewer than two.
double std_error_of_mean(const std::vector<double>& values);

// The mean and its t interval. REQUIRES: at least one value.
Bounded mean_of(const std::vector<double>& values);

// The quantile (the smallest value that at least that share is not above) and its interval by order
// statistics, which holds for any distribution: the ranks between which a binomial number of
// observations lies (Conover, Practical Nonparametric Statistics, 3.2). Where so few observations
// cannot bound it from above, the largest stands there. REQUIRES: at least one value, 0 < q < 1.
Bounded quantile_of(std::vector<double> values, double q);

// Wilson's interval of a share (JASA 22, 1927). REQUIRES: of > 0.
Bounded share_of(int some, int of);

}  // namespace signalbox::profiler
