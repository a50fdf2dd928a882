// SPDX-License-Identifier: Apache-2.0
//
// What a measurement found out about one unit, as a plain value: the figures people ask for, each
// with the interval it is sure of, the curve that the rest of Signalbox predicts from, and every
// load that was tried, so that plots, tables and files need nothing but this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/model/language_profile.h"
#include "core/model/profile.h"
#include "core/model/service.h"

namespace signalbox::profiler {

// What the unit was asked to do.
enum class Task : std::uint8_t { kPlain, kImage, kChat };

inline const char* to_string(Task task) {
  switch (task) {
    case Task::kPlain:
      return "plain";
    case Task::kImage:
      return "image";
    case Task::kChat:
      return "chat";
  }
  return "unknown";
}

// A figure and its 95 % confidence interval.
struct Bounded {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

// The times of one kind at one load. `at_quantile` is at the objective's quantile.
struct Times {
  Duration mean{}, p50{}, p99{}, at_quantile{};
  Duration at_quantile_low{}, at_quantile_high{};  // its 95 % interval
};

// What one load showed. Latency is counted from the moment a request was due, not from when it was
// sent.
struct LoadPoint {
  double offered_per_s = 0.0;
  double achieved_per_s = 0.0;  // answers without error, while the load lasted
  int requests = 0;
  int errors = 0;
  int most_in_flight = 0;
  Times latency;
  std::optional<Times> first_token;  // of streamed answers
  std::optional<Times> per_token;    // their time per further token
  double utilisation = 0.0;          // share of the plateau that was offered, 0..
  bool held = false;                 // the objective was met
  bool broken_off = false;           // hopeless: its queue only grew
};

// The mean time in service with so many requests always in flight, as it was found.
struct SaturationPoint {
  int in_flight = 1;
  double achieved_per_s = 0.0;
  Bounded latency_s;
};

// What the fitted model expects at a rate of Poisson arrivals, for drawing and for comparing.
struct Prediction {
  double offered_per_s = 0.0;
  Duration mean{};
  Duration at_quantile{}, at_quantile_low{}, at_quantile_high{};
};

struct UnitProfile {
  std::string name;
  std::string model, hardware, framework;  // empty = not stated
  std::string address;                     // what was measured
  Task task = Task::kPlain;
  core::Objective objective;

  Bounded unloaded_latency_s;
  Bounded plateau_per_s;    // the most it answers
  Bounded breaking_per_s;   // the most that may be sent to it; 0 = none, it is too slow alone
  std::string breaking_by;  // what ends there: objective, plateau, utilisation or errors
  bool is_modelled = true;  // the breaking point follows from the model; else from trying alone
  std::string kind;         // what kind of unit it is, in words
  core::Profile curve = core::Profile::single_server(1.0, 0.0);
  std::optional<core::LanguageProfile> language;
  double spread = 0.0;  // of times in service: standard deviation over mean
  int slots = 1;        // requests that it serves side by side with profit
  double price_usd_per_hour = 0.0;
  double usd_per_1000 = 0.0;  // requests, at the breaking point; 0 without a price

  std::vector<LoadPoint> points;            // every open-loop load, by rate
  std::vector<SaturationPoint> saturation;  // by in_flight
  std::vector<Prediction> predicted;        // by rate, below the plateau

  std::string carried_over_from;  // the unit that was measured instead; empty = this one was

  Duration warm_up{};  // until its times had settled
  int warm_up_requests = 0;
  Duration took{};
  int requests = 0;  // in all
  std::uint64_t seed = 0;
};

}  // namespace signalbox::profiler
