// SPDX-License-Identifier: Apache-2.0
//
// Figures as people read them, the same in every page, table and sentence: 1,204 requests, 612 ms,
// 1.42 s, $0.103, 61 %. Machines get plain numbers from the metrics and JSON renderers instead.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace signalbox::observe {

std::string count_text(std::uint64_t n);  // "12,204"
std::string duration_text(Duration d);    // "0.8 ms", "612 ms", "1.42 s", "15.0 s", "2 min 5 s"
std::string setting_text(Duration d);     // as configured: "2 s", "900 ms", "1.5 s", "5 min"
std::string clock_text(Duration since_start);  // "0:47", "12:05", "1:02:09"
std::string usd_text(double usd);              // "$0.103", "$23.10", "$1,204"
std::string percent_text(double ratio);        // "61 %", "0.4 %"
// Cut, never rounded up, so that 98.97 % cannot pass for 99 %: "98.9 %", "100 %" only when certain.
std::string probability_text(double probability);
std::string quantile_text(double quantile);  // "99 %", "99.9 %"
// `part` against `whole`: "1.63x"; "-" when there is no whole.
std::string times_text(double part, double whole);

}  // namespace signalbox::observe
