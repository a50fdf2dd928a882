// SPDX-License-Identifier: Apache-2.0
//
// Rise and fall; see health.h.
#include "core/estimate/health.h"

namespace signalbox::core {

bool ProbeHealth::observe(bool passed, int rise, int fall) {
  if (passed == healthy_) {
    against_ = 0;
    return false;
  }
  ++against_;
  if (against_ < (healthy_ ? fall : rise)) return false;
  healthy_ = passed;
  against_ = 0;
  return true;
}

}  // namespace signalbox::core
