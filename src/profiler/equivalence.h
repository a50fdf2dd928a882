// SPDX-License-Identifier: Apache-2.0
//
// Whether two units of one service may share its traffic: what they answer to the same prompts must
// be the same to whoever reads it. How near is near enough is the operator's to say; the defaults
// let rounding pass, and neither another model nor another scheduler of its steps.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "profiler/golden_answer.h"
#include "profiler/tolerances.h"

namespace signalbox::profiler {

struct Comparison {
  bool passed = false;
  double likeness = 0.0;  // 1 = the same; 0 = nothing in common, or not comparable
  std::string finding;    // in words: "SSIM 0.982, colour 0.4 %"
};

// Never throws and never refuses: what cannot be compared is a comparison that did not pass.
Comparison compare_answers(const Result<GoldenAnswer>& a, const Result<GoldenAnswer>& b,
                           const Tolerances& tolerances);

struct PromptVerdict {
  std::string prompt;
  Comparison comparison;
};

struct Equivalence {
  std::vector<PromptVerdict> prompts;

  std::size_t passed() const;
  double share_passed() const;                     // 0 without prompts
  const PromptVerdict* worst() const;              // the least alike; null without prompts
  bool holds(const Tolerances& tolerances) const;  // never without prompts
};

}  // namespace signalbox::profiler
