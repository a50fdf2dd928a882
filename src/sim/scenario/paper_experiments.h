// SPDX-License-Identifier: Apache-2.0
//
// The paper's three experiments as scenarios, for its Figures 6 to 11: weighted shares under a
// cosine load, equal shares while the L4 pool is capped for two hours, and three waves with an
// Inferentia shortage at the second-to-last peak. Times of day are the figures' own where the text
// gives them; time zero is midnight.
#pragma once

#include "sim/run/scenario.h"

namespace signalbox::sim {

Scenario figures_6_7();    // one wave of 15 h, nothing happens
Scenario figures_8_9();    // two waves; no L4 from 21:20 to 23:20
Scenario figures_10_11();  // three waves; inf2 launches nothing from 18.75 h, healed at 30 h

}  // namespace signalbox::sim
