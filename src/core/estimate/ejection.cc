// SPDX-License-Identifier: Apache-2.0
//
// Doubling pauses; see ejection.h.
#include "core/estimate/ejection.h"

#include <algorithm>

namespace signalbox::core {

void Ejection::on_dead(TimePoint now) {
  // Several requests may see the same death; they count as one relapse.
  if (!ejected(now)) eject(now);
}

bool Ejection::on_error() { return ++errors_in_a_row_ >= kErrorsInARow; }

void Ejection::eject(TimePoint now) {
  const Duration pause = std::min(kLongestPause, kFirstPause * (1 << std::min(relapses_, 16)));
  ++relapses_;
  errors_in_a_row_ = 0;
  until_ = now + pause;
}

void Ejection::on_success() {
  errors_in_a_row_ = 0;
  relapses_ = 0;
  until_ = TimePoint::min();
}

}  // namespace signalbox::core
