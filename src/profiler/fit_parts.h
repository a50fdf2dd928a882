// SPDX-License-Identifier: Apache-2.0
//
// The kinds of unit, each fitted by itself. Internal to the fit.
#pragma once

#include <optional>
#include <vector>

#include "profiler/fit.h"

namespace signalbox::profiler {

// What all kinds begin with: the first stage without its warm-up, and every level.
struct Seen {
  const std::vector<StageResult>& stages;
  std::vector<double> unloaded_s;  // of single requests, in order
  std::vector<Level> levels;       // by in_flight
  double spread = 0.0;             // of unloaded_s
};

// One request at a time. Times in service are seen wherever the last answer was already waited for:
// they are the gaps between answers.
struct SingleFit {
  std::vector<double> service_s;
  double overhead_s = 0.0;
};
SingleFit fit_single(const Seen& seen, std::size_t warm_up);

// Requests beside each other.
struct SharedFit {
  core::ServerModel server;
  std::vector<double> sizes;
  int evidence = 1;  // answers that its plateau rests on
};
// A queue so long is not worth telling from a longer one.
inline constexpr int kSharers = 64;
// All capacity is shared by whoever is there, however many: a processor that is shared.
SharedFit fit_processor_sharing(double service_s);
// REQUIRES: slots at most those of the highest level.
SharedFit fit_side_by_side(const Seen& seen, int slots);
// REQUIRES: answers that come in batches.
SharedFit fit_batches(const Seen& seen);

// Answers that are streams of tokens.
struct ChatFit {
  SharedFit side_by_side;   // prompts slowed down as everything is
  SharedFit prompts_first;  // prompts read alone
  core::Arrival like;
  core::LanguageProfile language;
};
// REQUIRES: slots at most those of the highest level.
ChatFit fit_chat(const Seen& seen, int slots);

// The points with noise taken out that would let time fall while load rises; the last one, which
// is of the plateau, stands.
std::vector<core::Profile::Point> rising(std::vector<core::Profile::Point> points);

// y by n = 1.. slots from what is known at some n: straight between, level outside.
// REQUIRES: at least one point, by n.
std::vector<double> filled(const std::vector<std::pair<int, double>>& points, int slots);

}  // namespace signalbox::profiler
