// SPDX-License-Identifier: Apache-2.0
//
// Every policy that can direct a simulated fleet, by name: where it was published, what it is told
// that others are not, the router it came with, and the parameters it may be tuned by. All have the
// same budget, so that none wins by having been tried more often.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "sim/engine/pool.h"
#include "sim/run/control.h"
#include "sim/workload/demand_series.h"

namespace signalbox::sim {

// Points of its grid that every policy is tuned over.
inline constexpr std::size_t kGridBudget = 6;

// Named numbers, as "target_utilisation" -> 0.8.
using Parameters = std::map<std::string, double, std::less<>>;

// What a policy is set before. `truth` is what will really arrive, from `start` on, and has to
// outlive the control; only policies that say so look at it.
struct PolicyInput {
  core::FleetSpec fleet;  // its service's routing as the caller wants it: see route_natively()
  std::vector<PoolSpec> pools;  // by unit; only the tiers are told to policies
  const DemandSeries* truth = nullptr;
  TimePoint start{};
  Duration season = 24h;  // the cycle by which the operator knows his traffic; zero = none
};

struct PolicySpec {
  std::string_view name;       // as on the command line
  std::string_view title;      // one line for people
  std::string_view source;     // citation
  std::string_view told = {};  // what it knows beyond what can be observed; empty = nothing
  core::RoutingPolicy native_routing = core::RoutingPolicy::kSignalbox;
  bool hand_set_weights = false;  // the paper's, where the fleet is the paper's
  bool oracle = false;            // knows the future: reported apart
  bool needs_truth = false;
  Parameters defaults;           // every parameter there is
  std::vector<Parameters> grid;  // kGridBudget points, each over `defaults`
  std::unique_ptr<Control> (*make)(const Parameters& all, const PolicyInput& input);
};

// Signalbox first, then its peers by kind.
const std::vector<PolicySpec>& policies();

// Or an error that names the nearest one and all there are.
Result<const PolicySpec*> find_policy(std::string_view name);

// Sets the first service's routing, and its weights, to what the policy was published with.
void route_natively(const PolicySpec& policy, core::FleetSpec& fleet);

// The policy at `parameters`, defaults for those not named. REQUIRES: every name is one of its
// parameters; input.truth where it is needed; one service.
std::unique_ptr<Control> make_control(const PolicySpec& policy, const Parameters& parameters,
                                      const PolicyInput& input);

}  // namespace signalbox::sim
