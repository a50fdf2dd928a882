// SPDX-License-Identifier: Apache-2.0
//
// A measurement as a pure state machine: it says what to send and when, is told what became of it,
// and in the end says what the unit is. Time is an argument, so the same code measures a simulated
// unit on a virtual clock and a real one over the network. A request's time counts from the moment
// it was due: a unit, a network or a loop that stalls cannot hide the requests it delayed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/result.h"
#include "profiler/search.h"
#include "profiler/stage.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

struct Progress {
  std::string doing;        // for people
  double done_share = 0.0;  // 0..1, never falling
  Duration left{};          // at most
};

class Profiler {
 public:
  // `seed` draws the arrivals.
  Profiler(SearchOptions options, std::uint64_t seed, TimePoint now);

  // The requests to send now. Time never goes back.
  std::vector<Send> poll(TimePoint now);
  // REQUIRES: `id` was to be sent and has no outcome yet.
  void on_outcome(std::uint64_t id, const Outcome& outcome, TimePoint now);
  // When poll() must be called at the latest, outcomes aside; nullopt while only they bring it on.
  std::optional<TimePoint> next_deadline() const;

  bool is_done() const { return is_done_; }
  Progress progress(TimePoint now) const;

  // All measured figures; names, address and price are the caller's. An error says why there are
  // none. REQUIRES: is_done().
  Result<UnitProfile> result() const;

  const std::vector<StageResult>& stages() const { return stages_; }
  // The model behind the figures. REQUIRES: result() is no error.
  const Fitted& fitted() const { return *search_.fitted(); }

 private:
  double seconds(TimePoint at) const { return to_seconds(at - began_); }
  void step(TimePoint now);

  SearchOptions options_;
  std::uint64_t seed_;
  Prng prng_;
  TimePoint began_, ended_;
  Search search_;
  std::vector<StageResult> stages_;
  std::optional<Stage> stage_;
  std::uint64_t next_id_ = 0;
  bool is_done_ = false;
};

}  // namespace signalbox::profiler
