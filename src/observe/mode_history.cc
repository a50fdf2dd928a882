// SPDX-License-Identifier: Apache-2.0
//
// Counting and forgetting; see mode_history.h.
#include "observe/mode_history.h"

namespace signalbox::observe {

void ModeHistory::record(const core::Plan& plan) {
  for (const auto& change : plan.mode_changes) {
    if (totals_.size() <= change.service.index()) totals_.resize(change.service.index() + 1);
    ++totals_[change.service.index()][static_cast<std::size_t>(change.to)];
    recent_.push_back(change);
    if (recent_.size() > kMaxRecent) recent_.pop_front();
  }
}

std::uint64_t ModeHistory::total(ServiceId service, core::Mode to) const {
  if (service.index() >= totals_.size()) return 0;
  return totals_[service.index()][static_cast<std::size_t>(to)];
}

}  // namespace signalbox::observe
