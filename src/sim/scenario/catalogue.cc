// SPDX-License-Identifier: Apache-2.0
//
// The list; see catalogue.h.
#include "sim/scenario/catalogue.h"

#include <fmt/format.h>

#include <string>

#include "sim/scenario/paper_experiments.h"
#include "sim/scenario/s1_paper_replay.h"
#include "sim/scenario/s2_image_production.h"
#include "sim/scenario/s3_spot_tiers.h"
#include "sim/scenario/s4_language.h"

namespace signalbox::sim {

namespace {

template <Scenario (*Build)()>
Result<Scenario> without_traces(const TraceDirectory&) {
  return Build();
}

template <PaperFaults Faults>
Scenario s1() {
  return s1_paper_replay(Faults);
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> entries = {
      {"s1", "The paper's waves, an inf2 shortage and an L4 cap",
       without_traces<s1<PaperFaults::kShortage>>},
      {"s1b", "S1, and half of the running inf2 lost at the second peak",
       without_traces<s1<PaperFaults::kShortageAndLoss>>},
      {"s1-calm", "The paper's waves without a fault", without_traces<s1<PaperFaults::kNone>>},
      {"s2", "Production images of every size, own cards first", s2_image_production},
      {"s3", "A production week on spot, on demand and own cards", s3_spot_tiers},
      {"s4", "A language model under gray faults", s4_language},
      {"s4-tokens", "S4, owed in time to first token and per token", s4_tokens},
      {"figures-6-7", "The paper's cost mode: shares follow the weights",
       without_traces<figures_6_7>},
      {"figures-8-9", "The paper's capacity mode: the L4 pool is capped for two hours",
       without_traces<figures_8_9>},
      {"figures-10-11", "The paper's failover and return: inf2 runs short at a peak",
       without_traces<figures_10_11>},
  };
  return entries;
}

Result<const CatalogueEntry*> find_scenario(std::string_view name) {
  std::string names;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.name == name) return &entry;
    if (!names.empty()) names += ", ";
    names += entry.name;
  }
  return Error{
      fmt::format("there is no scenario '{}'; there are {}, and files of your own", name, names)};
}

}  // namespace signalbox::sim
