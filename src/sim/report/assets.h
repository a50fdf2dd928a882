// SPDX-License-Identifier: Apache-2.0
//
// What every page carries: turned into C++ when the project is built (CMakeLists.txt), so that the
// binary needs no file beside it.
#pragma once

#include <string_view>

namespace signalbox::sim {

extern const std::string_view kChartLibrary;  // Chart.js, MIT licence, with its notice
extern const std::string_view kPageScript;    // page/*.js, one after the other
extern const std::string_view kPageStyle;     // page/page.css

}  // namespace signalbox::sim
