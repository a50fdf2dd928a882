// SPDX-License-Identifier: Apache-2.0
//
// The stories of the latest requests, for `signalbox explain`: each decision with the view it was
// taken under, and what came of it. Bounded: the oldest story gives way to the newest. Shared by
// all loops behind one mutex, which is only ever held to move a record.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/request.h"
#include "observe/story.h"

namespace signalbox::gateway {

// How an id is written in headers, logs and on the command line: 16 hex digits.
std::string format_id(RequestId id);
// nullopt unless `text` is 1 to 16 hex digits.
std::optional<RequestId> parse_id(std::string_view text);

class ExplainRing {
 public:
  // `capacity` stories are kept; 0 keeps none.
  explicit ExplainRing(std::size_t capacity) : capacity_(capacity) {}

  void began(RequestId id, std::string_view method, std::string_view path);
  void decided(const core::Decision& decision, std::shared_ptr<const core::FleetView> view);
  void observed(RequestId id, const core::Outcome& outcome);
  // `duration` and `time_to_first_byte` count from arrival; status 0 = the client left first.
  void finished(RequestId id, int status, Duration time_to_first_byte, Duration duration);

  std::optional<observe::RequestStory> find(RequestId id) const;

 private:
  observe::RequestStory* story(RequestId id);

  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<RequestId, observe::RequestStory> stories_;
  std::deque<RequestId> order_;  // oldest first
};

}  // namespace signalbox::gateway
