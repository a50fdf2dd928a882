// SPDX-License-Identifier: Apache-2.0
//
// Asks two units the same, one prompt after the other and both at once, so that neither is measured
// under load and the answers are of one moment.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "net/tls.h"
#include "profiler/equivalence.h"
#include "profiler/golden_questions.h"

namespace signalbox::profiler {

struct GoldenUnit {
  std::string name;  // as people know it: what they typed
  core::Address address;
  std::shared_ptr<const net::TlsClient> tls = {};  // null = in clear
  std::string server_name = {};                    // in its certificate; empty = the host
};

struct GoldenRun {
  GoldenUnit a, b;
  GoldenQuestion question;
  std::vector<std::string> prompts;
  Tolerances tolerances;
  Duration timeout = 120s;  // of one answer: a first call may compile the model
  std::function<void(std::size_t done)> progress = {};  // after each prompt; may be empty
};

// Blocks until all were asked. An Error only when a unit cannot be reached at all; everything that
// a unit answers, or fails to, is a verdict. A unit whose answer did not pass is asked once more:
// one that does not agree with itself says so in the finding.
Result<Equivalence> compare_units(const GoldenRun& run);

}  // namespace signalbox::profiler
