// SPDX-License-Identifier: Apache-2.0
//
// S1, the paper's experiment at its own length: five units at the plateaus of its Figure 4, three
// waves of fifteen hours, an Inferentia shortage across the second peak and an L4 cap at the third.
#pragma once

#include "sim/run/scenario.h"

namespace signalbox::sim {

enum class PaperFaults { kNone, kShortage, kShortageAndLoss };

// Requests of one image each; 99 % within 2 s. No launch of inf2 from 18.75 h, where the load rises
// past half of its peak, to 30 h, its trough; no L4 at all for the two hours around the last peak.
// With kShortageAndLoss half of the running inf2 go at 22.5 h, the second peak, as well. Reports on
// the second half.
Scenario s1_paper_replay(PaperFaults faults);

}  // namespace signalbox::sim
