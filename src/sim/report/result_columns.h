// SPDX-License-Identifier: Apache-2.0
//
// What is shown of a policy, figure by figure: once, so that the terminal's table and the page's
// have the same columns and agree on which figure is the best. A policy that misses the objective
// is cheap for a bad reason, so it never counts as the cheapest.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/summary.h"

namespace signalbox::sim {

enum class Good { kNone, kSmall, kLarge };

struct ResultColumn {
  std::string_view title;        // short, for a terminal
  std::string_view explanation;  // for a page
  int rank;                      // the higher, the sooner it is left out where room is scarce
  Good good;
  bool money;  // compared only among policies that keep the objective
  std::string (*text)(const PolicySummary&);                     // "-" when unknown
  std::optional<double> (*value)(const PolicySummary&);          // what is compared
  std::optional<std::string> (*interval)(const PolicySummary&);  // 95 %, in words; may be nullptr
  bool terminal_only = false;                                    // a page shows it in another way
};

std::span<const ResultColumn> result_columns();

// True when there is no target, or the policy reaches it.
bool keeps_objective(const PolicySummary& summary, std::optional<double> attainment_target);

// By row: whether it holds the column's best figure. All false where there is nothing to point at:
// one row, or all the same.
std::vector<bool> best_rows(const ResultColumn& column, std::span<const PolicySummary> rows,
                            std::optional<double> attainment_target);

}  // namespace signalbox::sim
