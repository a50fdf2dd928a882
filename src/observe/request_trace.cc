// SPDX-License-Identifier: Apache-2.0
//
// Names; see request_trace.h.
#include "observe/request_trace.h"

namespace signalbox::observe {

const char* to_string(Stage stage) {
  switch (stage) {
    case Stage::kRequest:
      return "request";
    case Stage::kParse:
      return "parse";
    case Stage::kAuthenticate:
      return "authenticate";
    case Stage::kClassify:
      return "classify";
    case Stage::kDecide:
      return "decide";
    case Stage::kHold:
      return "hold";
    case Stage::kForward:
      return "forward";
    case Stage::kRelay:
      return "relay";
    case Stage::kObserve:
      return "observe";
  }
  return "?";
}

}  // namespace signalbox::observe
