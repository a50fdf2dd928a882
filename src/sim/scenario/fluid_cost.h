// SPDX-License-Identifier: Apache-2.0
//
// What a demand would cost if capacity were a fluid: every unit serves its share at its plateau,
// with fractions of replicas, no launches and no queue. It favours the weights it is given, so it
// is the fair price to hold a fleet that really ran against.
#pragma once

#include <span>

#include "core/model/unit.h"

namespace signalbox::sim {

// Dollars for one request on a replica of `unit` that is kept busy at its plateau.
double usd_per_request_at_plateau(const core::UnitSpec& unit);

// Dollars for `requests` (the integral of the demand's rate) shared out by `weights`, which are
// normalised here. REQUIRES: as many weights as units, none negative, not all zero.
double fluid_cost_usd(double requests, std::span<const core::UnitSpec> units,
                      std::span<const double> weights);

}  // namespace signalbox::sim
