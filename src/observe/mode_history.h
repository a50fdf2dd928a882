// SPDX-License-Identifier: Apache-2.0
//
// The mode changes so far, for counters and pages. A view shows only the present mode; plans carry
// the changes, each once. This keeps the totals exactly and the last few changes whole, so it stays
// small however long the process runs. A plain value: whoever holds it provides any locking.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/model/plan.h"

namespace signalbox::observe {

class ModeHistory {
 public:
  static constexpr std::size_t kMaxRecent = 64;

  // Takes in a plan's mode changes; call once per plan.
  void record(const core::Plan& plan);

  // Changes of `service` into `to` since the start.
  std::uint64_t total(ServiceId service, core::Mode to) const;

  // The latest changes of all services, oldest first.
  const std::deque<core::ModeChange>& recent() const { return recent_; }

 private:
  std::vector<std::array<std::uint64_t, 2>> totals_;  // by ServiceId, then Mode
  std::deque<core::ModeChange> recent_;
};

}  // namespace signalbox::observe
