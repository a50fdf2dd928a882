// SPDX-License-Identifier: Apache-2.0
//
// From what stages showed to a model of the unit. Several kinds of unit may explain the same
// throughput; the one is believed that, given the arrivals as they really happened, says best what
// each request took.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/language_profile.h"
#include "core/model/profile.h"
#include "profiler/stage.h"
#include "profiler/unit_model.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

// A closed stage, without its beginning: what so many requests in flight give.
struct Level {
  int in_flight = 1;
  double per_s = 0.0;  // answers
  double latency_s = 0.0;
  Bounded latency;
  int answers = 0;  // it rests on
  double elapsed_s = 0.0;
  double together = 0.0;  // share of the answers that come together with another
  double first_token_s = 0.0, per_token_s = 0.0, token_gap_s = 0.0;  // means, of chats
};

// nullopt of an open stage, and where too few were answered to tell.
std::optional<Level> level_of(const StageResult& stage);

struct Fitted {
  UnitModel model;
  std::string kind;        // for people: what kind of unit it is
  double std_error = 0.0;  // of its times, relative to them
  double spread = 0.0;
  int slots = 1;
  Bounded unloaded_s;
  Bounded plateau_per_s;
  std::vector<Level> levels;  // by in_flight, the one of a single request first
  core::Profile curve;
  std::optional<core::LanguageProfile> language;
  std::size_t warm_up = 0;  // requests
  double warm_up_s = 0.0;
};

// REQUIRES: the first stage is closed with one request in flight. nullopt while too little was
// answered.
std::optional<Fitted> fit(const std::vector<StageResult>& stages, Task task);

// How far a model is off a stage: of all its times together, and of the typical request.
struct Misfit {
  double bias = 0.0;     // measured over replayed, of the sums, less 1
  double typical = 0.0;  // median of |measured - replayed| / replayed
  int requests = 0;
};
Misfit misfit_of(const UnitModel& model, const StageResult& stage);

// The number of slots that throughput by requests in flight speaks for: the fewest with which it is
// as good as with more, noise considered. REQUIRES: levels by in_flight, not empty.
int slots_of(const std::vector<Level>& levels, double spread);

}  // namespace signalbox::profiler
