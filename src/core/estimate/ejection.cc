// SPDX-License-Identifier: Apache-2.0
//
// Doubling pauses; see ejection.h.
#include "core/estimate/ejection.h"

#include <algorithm>

namespace signalbox::core {

void Ejection::on_dead(TimePoint now) {
  // Several requests may see the same death; they count as one relapse.
  if (now >= until_) eject(now);
  dead_until_ = until_;
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
  until_ = dead_until_ = TimePoint::min();
}

void Ejection::pause(TimePoint now, Duration asked) {
  asked_until_ = std::max(asked_until_, now + std::min(asked, kLongestAsked));
}

void Ejection::eject_outlier(TimePoint now) {
  ++times_outlier_;
  outlier_until_ = now + std::min(kLongestPause, kOutlierPause * times_outlier_);
}

void Ejection::on_clean_sweep() { times_outlier_ = std::max(0, times_outlier_ - 1); }

}  // namespace signalbox::core
