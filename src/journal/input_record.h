// SPDX-License-Identifier: Apache-2.0
//
// One entry of an input log as a reader sees it: when, which call of the Router or Controller with
// which arguments, and in brief what was decided then. The full decisions are not in the log, they
// are made again by a replay; the brief lets it name the first one that differs, and tells without
// a replay what became of a request.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_spec.h"
#include "core/model/request.h"
#include "core/model/signal.h"

namespace signalbox::journal {

// Calls of the Router.
struct RouterStarted {
  std::uint64_t seed = 0;
};
struct ViewTaken {
  std::uint64_t version = 0;
};
struct RequestMade {
  RequestId id;
  std::string_view path, model;  // valid until the next record is read
  bool replayable = true;
  double work = 1.0;
  std::string_view data_class;  // valid as long as path and model
  int prompt_tokens = 0, output_tokens = 0;
  std::string_view tenant;  // likewise
  int priority = 0;
  Duration time_left{};

  core::RequestFacts facts() const;
};
struct OutcomeSeen {
  RequestId id;
  core::Outcome outcome;
};
struct AnswerBegun {
  RequestId id;
  EndpointId endpoint;
};
struct RequestCancelled {
  RequestId id;
};
struct TimerFired {};
struct DigestTaken {};

// Calls of the Controller.
struct ControllerStarted {
  core::FleetSpec spec;
};
struct SignalGiven {
  core::Signal signal;
};
struct DigestGiven {
  std::uint64_t newer = 0;  // digests taken after this one
};
struct SpecGiven {
  core::FleetSpec spec;
};
struct Ticked {};

// Said of the log itself.
struct SpecRestated {  // begins every segment but the first: the spec in force
  core::FleetSpec spec;
};
struct CheckMade {  // everything decided so far
  std::uint64_t decisions = 0;
  std::uint64_t decisions_hash = 0;
  std::uint64_t plans = 0;
  std::uint64_t plans_hash = 0;
  bool operator==(const CheckMade&) const = default;
};
enum class LogEnd : std::uint8_t {
  kClosed,      // in good order
  kFull,        // the log had reached its bound
  kOverflowed,  // the writer could not keep up
  kFailed,      // the disk refused
};
struct LogEnded {
  LogEnd why = LogEnd::kClosed;
};

// What a decision came to.
struct DecisionBrief {
  RequestId request;
  core::Action action = core::Action::kReject;
  bool late = false;
  std::uint8_t attempt = 1;
  UnitId unit;          // kForward
  EndpointId endpoint;  // kForward
  core::RejectReason reason = core::RejectReason::kNone;
  int status = 0;

  bool operator==(const DecisionBrief&) const = default;
};
DecisionBrief brief_of(const core::Decision& decision);
// In words: "forward to endpoint 7 of sd21-g5 (attempt 2)". `spec` is the one it was taken under.
std::string describe_brief(const DecisionBrief& brief, const core::FleetSpec& spec);

const char* to_string(LogEnd end);

struct InputRecord {
  TimePoint at{};
  std::variant<RouterStarted, ViewTaken, RequestMade, OutcomeSeen, AnswerBegun, RequestCancelled,
               TimerFired, DigestTaken, ControllerStarted, SignalGiven, DigestGiven, SpecGiven,
               Ticked, SpecRestated, CheckMade, LogEnded>
      body;
  std::vector<DecisionBrief> decided;  // of Router calls, in order
  // The lowest byte of the running hash after this call, of decisions or (Ticked) of plans. It
  // shows a difference at once that the brief does not; 255 times in 256.
  std::uint8_t fingerprint = 0;
};

}  // namespace signalbox::journal
