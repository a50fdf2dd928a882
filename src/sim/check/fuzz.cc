// SPDX-License-Identifier: Apache-2.0
//
// Running, shrinking, repeating; see fuzz.h.
#include "sim/check/fuzz.h"

#include <memory>
#include <utility>

#include "sim/run/control.h"
#include "sim/run/fleet_run.h"

namespace signalbox::sim {

namespace {

constexpr std::uint64_t kRunTwice = 100;
constexpr int kMostTries = 2000;

}  // namespace

CaseResult run_case(const FuzzCase& fuzz_case, const Misinform& misinform) {
  const Scenario scenario = scenario_of(fuzz_case);
  auto told = std::make_shared<core::FleetSpec>(scenario.fleet);
  if (misinform) misinform(*told);
  Invariants invariants(scenario);
  FleetRun run(scenario, std::make_unique<SignalboxControl>(std::move(told), TimePoint{}),
               {.seed = fuzz_case.seed, .witness = &invariants});
  const RunResult result = run.run();
  invariants.on_result(result);
  return {invariants.first(), result.totals.requests, result.decisions, result.fingerprint};
}

Shrunk shrink(const FuzzCase& failing, const Misinform& misinform) {
  Shrunk shrunk{failing, *run_case(failing, misinform).violation, 0};
  bool smaller = true;
  while (smaller && shrunk.tried < kMostTries) {
    smaller = false;
    for (const Reduction& reduction : possible_reductions(scenario_of(shrunk.smallest))) {
      FuzzCase candidate = shrunk.smallest;
      candidate.reductions.push_back(reduction);
      ++shrunk.tried;
      const CaseResult result = run_case(candidate, misinform);
      // Another failure may be as real, but it is not the one being explained.
      if (!result.violation || result.violation->invariant != shrunk.violation.invariant) continue;
      // Thinning can go on for ever; a case without a request explains nothing.
      if (result.requests == 0 && reduction.kind == Reduction::Kind::kThin) continue;
      shrunk.smallest = std::move(candidate);
      shrunk.violation = *result.violation;
      smaller = true;
      break;
    }
  }
  return shrunk;
}

FuzzReport fuzz(std::uint64_t first, std::uint64_t cases, const Misinform& misinform,
                const std::function<void(std::uint64_t)>& progress) {
  FuzzReport report;
  for (std::uint64_t seed = first; seed < first + cases; ++seed) {
    const FuzzCase fuzz_case{seed, {}};
    const CaseResult result = run_case(fuzz_case, misinform);
    ++report.cases;
    report.requests += result.requests;
    report.decisions += result.decisions;
    if (result.violation) {
      report.failing = fuzz_case;
      report.shrunk = shrink(fuzz_case, misinform);
      return report;
    }
    if (seed % kRunTwice == 0 && run_case(fuzz_case, misinform).fingerprint != result.fingerprint) {
      report.failing = fuzz_case;
      report.shrunk =
          Shrunk{fuzz_case, {"reproducible", "two runs of one case decided differently", {}}, 0};
      return report;
    }
    if (progress) progress(report.cases);
  }
  return report;
}

}  // namespace signalbox::sim
