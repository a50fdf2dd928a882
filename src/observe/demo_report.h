// SPDX-License-Identifier: Apache-2.0
//
// What a finished demo has to show for itself: a summary that holds every figure against what was
// promised, and the same figures as one flat JSON object for scripts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::observe {

struct DemoSwitch {
  double at_s = 0.0;
  core::Mode from = core::Mode::kCostOptimized;
  core::Mode to = core::Mode::kCapacityOptimized;
  std::string reason;
  double reaction_ms = 0.0;  // evidence to first decision under the new mode
};

struct DemoUnitShare {
  std::string name;
  double share = 0.0;  // of all requests, 0..1
};

struct DemoSummary {
  std::uint64_t seed = 0;
  Duration duration{};
  core::Objective objective;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;     // every answer that is not 2xx, 429 and 503 included
  double slo_attainment = 0.0;  // part of the requests answered 2xx within the objective
  double p50_ms = 0.0;
  double p99_ms = 0.0;
  double max_hold_ms = 0.0;
  double cost_usd = 0.0;
  double usd_per_1k = 0.0;
  double paper_weighted_cost_usd = 0.0;  // the same demand at the paper's hand-set weights
  std::vector<DemoSwitch> mode_switches;
  std::vector<DemoUnitShare> shares;
};

// One promise, and whether it was kept.
struct DemoVerdict {
  std::string_view what;
  std::string figure;
  std::string promise;
  bool kept = false;
};

// The longest a switch to capacity mode may take from its evidence on.
inline constexpr Duration kPromisedReaction = 1s;

// Errors, objective, latency, switch and return, cost; always all of them, in this order.
std::vector<DemoVerdict> demo_verdicts(const DemoSummary& summary);

// Verdicts, mode switches and shares as a page of text. Lines are at most 100 columns wide.
std::string render_summary(const DemoSummary& summary, bool color);

// One line, one flat object: the keys are a contract with scripts.
std::string demo_json(const DemoSummary& summary);

}  // namespace signalbox::observe
