// SPDX-License-Identifier: Apache-2.0
//
// Targets at the breaking point, and the weights the paper's authors set; see paper_weighted.h.
#include "sim/policy/paper_weighted.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace signalbox::sim {

namespace {

struct HandSet {
  std::string_view hardware;  // family, as the instance type begins
  std::string_view framework;
  double percent;
};

constexpr HandSet kHandSet[] = {
    {"inf2.", "neuron", 40}, {"trn1.", "neuron", 20}, {"g5.", "triton", 15},
    {"g6.", "triton", 10},   {"g5.", "cuda", 15},
};

}  // namespace

void PaperWeighted::decide(const Observation& seen, Wish& wish) {
  for (const UnitId id : seen.service().units) {
    const double target_per_s = utilisation_ * seen.unit_spec(id).plateau_per_s();
    wish.replicas[id.index()] = rule_.wanted(seen, id, target_per_s, 1);
  }
}

std::optional<std::vector<double>> paper_hand_set_weights(const core::FleetSpec& fleet) {
  const auto& units = fleet.services.front().units;
  if (units.size() != std::size(kHandSet)) return std::nullopt;
  std::vector<double> weights;
  std::vector<const HandSet*> taken;
  for (const UnitId id : units) {
    const core::UnitSpec& unit = fleet.unit(id);
    const auto row = std::find_if(std::begin(kHandSet), std::end(kHandSet), [&](const HandSet& r) {
      return std::string_view(unit.hardware).starts_with(r.hardware) &&
             unit.framework == r.framework;
    });
    if (row == std::end(kHandSet)) return std::nullopt;
    if (std::find(taken.begin(), taken.end(), row) != taken.end()) return std::nullopt;
    taken.push_back(row);
    weights.push_back(row->percent);
  }
  return weights;
}

}  // namespace signalbox::sim
