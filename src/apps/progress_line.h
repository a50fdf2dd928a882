// SPDX-License-Identifier: Apache-2.0
//
// One line on a terminal's standard error that says how far a long command is and how long it will
// take; where nobody watches, a line every half minute instead.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace signalbox::apps {

class ProgressLine {
 public:
  ProgressLine();

  // `done` of `total`, in any unit that passes at an even pace.
  void show(std::string_view label, double done, double total);
  // Takes the line away, before results are printed.
  void clear();

 private:
  bool terminal_;
  TimePoint began_;
  TimePoint shown_;
  bool visible_ = false;
};

}  // namespace signalbox::apps
