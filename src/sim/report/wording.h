// SPDX-License-Identifier: Apache-2.0
//
// The figures that only simulations have, in the words that table and pages share; everything else
// is worded by observe/figures.h.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace signalbox::sim {

// Cut, never rounded up: 99.97 % stays below 99.98 %, and only certainty is 100 %.
std::string attainment_text(double share);        // "99.97 %"
std::string miss_share_text(double share);        // "0.03 %", "12.4 %"
std::string gap_text(std::optional<double> gap);  // "1.114"; "-" when unknown
std::string mean_count_text(double count);        // "1,204"; below 100 with a digit: "0.2", "3"
std::string ms_text(double milliseconds);         // "508 ms", "1.42 s"
std::string length_text(Duration length);         // "45 h", "2 h 30 min", "7 days"
std::string hours_text(Duration since_start);     // "18 h 45 min"

}  // namespace signalbox::sim
