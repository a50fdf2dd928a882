// SPDX-License-Identifier: Apache-2.0
//
// An input log as a workload: every request in the order of arrival, and what became of it. It is
// what a simulation under another policy is fed with: when who asked for what is a fact whatever
// the policy, how long serving took is the measurement that the outcomes are modelled on. Needs no
// replay, so logs of other policies and logs without their beginning do as well.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/request.h"
#include "journal/input_log_reader.h"

namespace signalbox::journal {

enum class RequestEnd : std::uint8_t {
  kAnswered,   // by an endpoint: `outcome`, which may be a failure that the client saw
  kRejected,   // by Signalbox: `status`, and `outcome` if an attempt had failed before
  kCancelled,  // the client left
  kUnknown,    // the log ends first
};

struct LoggedArrival {
  RequestId id;
  TimePoint at{};
  std::string path, model;
  bool replayable = true;
  double work = 1.0;

  RequestEnd end = RequestEnd::kUnknown;
  TimePoint ended_at{};
  int status = 0;                        // that the client saw; 0 when none was seen
  std::optional<core::Outcome> outcome;  // of the last attempt that ended
  bool held = false;                     // at any time
  // The last attempt; attempts == 0 when there was none.
  int attempts = 0;
  UnitId unit;  // counted as in the spec in force when it ended
  EndpointId endpoint;
  TimePoint forwarded_at{};
  int in_flight = 0;      // requests on that endpoint once this one was there, itself included
  Duration in_service{};  // from forwarding to the outcome; zero while none was seen
};

class ArrivalsOfLog {
 public:
  // Reads from `log`, which outlives this, to its end.
  explicit ArrivalsOfLog(InputLogReader& log) : log_(log) {}

  // The next request in the order of arrival, or nullopt at the end of the log. A request is given
  // out once everything before it has ended, so what is held in memory is what was open at once.
  std::optional<LoggedArrival> next();

  // The spec the log begins with; nullptr until the first call of next().
  const core::FleetSpec* spec() const { return spec_ ? &*spec_ : nullptr; }

 private:
  struct Entry {
    LoggedArrival arrival;
    bool at_endpoint = false;  // forwarded, no outcome yet
    bool ended = false;
  };

  void take(const InputRecord& record);
  void begin(const RequestMade& request, TimePoint at);
  void conclude(Entry& entry, RequestEnd end, TimePoint at);
  void take_decisions(const InputRecord& record);
  void leave_endpoint(Entry& entry);
  Entry* find(RequestId id);

  InputLogReader& log_;
  bool exhausted_ = false;
  std::deque<Entry> entries_;  // by arrival; the first is entry `first_`
  std::uint64_t first_ = 0;
  std::unordered_map<RequestId, std::uint64_t> open_;
  std::unordered_map<EndpointId, int> in_flight_;
  std::optional<core::FleetSpec> spec_;
};

}  // namespace signalbox::journal
