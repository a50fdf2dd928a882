// SPDX-License-Identifier: Apache-2.0
//
// Runs random cases against the invariants and makes the first that fails small: it drops one part
// after another for as long as the same invariant still breaks. What is left is named, described
// and can be run again by its name alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sim/check/fuzz_case.h"
#include "sim/check/invariants.h"

namespace signalbox::sim {

struct CaseResult {
  std::optional<Violation> violation = std::nullopt;
  std::uint64_t requests = 0;
  std::uint64_t decisions = 0;
  std::uint64_t fingerprint = 0;
};

// What the core is told of the fleet instead of the truth: how tests plant a bug that the
// invariants must find. Identity by default.
using Misinform = std::function<void(core::FleetSpec&)>;

CaseResult run_case(const FuzzCase& fuzz_case, const Misinform& misinform = {});

struct Shrunk {
  FuzzCase smallest;
  Violation violation;
  int tried = 0;
};

// REQUIRES: run_case(failing, misinform) finds a violation.
Shrunk shrink(const FuzzCase& failing, const Misinform& misinform = {});

struct FuzzReport {
  std::uint64_t cases = 0;
  std::uint64_t requests = 0;
  std::uint64_t decisions = 0;
  std::optional<FuzzCase> failing;  // as it was drawn
  std::optional<Shrunk> shrunk;
};

// Cases with seeds first, first + 1, ...; stops at the first failure. One case in a hundred is run
// twice, since equal cases must decide equally ("reproducible"). `progress` is told how many are
// done.
FuzzReport fuzz(std::uint64_t first, std::uint64_t cases, const Misinform& misinform = {},
                const std::function<void(std::uint64_t)>& progress = {});

}  // namespace signalbox::sim
