// SPDX-License-Identifier: Apache-2.0
//
// Drawing the line; see progress_line.h.
#include "apps/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include "net/clock.h"
#include "sim/report/progress.h"

namespace signalbox::apps {

namespace {

constexpr Duration kRedraw = 200ms;
constexpr Duration kUnwatched = 30s;
constexpr int kWidth = 78;

}  // namespace

ProgressLine::ProgressLine()
    : terminal_(isatty(STDERR_FILENO) != 0), began_(net::now()), shown_(began_) {}

void ProgressLine::show(std::string_view label, double done, double total) {
  const TimePoint now = net::now();
  const Duration pause = terminal_ ? (visible_ ? kRedraw : Duration{}) : kUnwatched;
  if (now - shown_ < pause) return;
  shown_ = now;
  const std::string line =
      sim::render_progress({std::string(label), done, total, now - began_}, kWidth);
  if (terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    visible_ = true;
  } else {
    fmt::print(stderr, "{}\n", line);
  }
}

void ProgressLine::clear() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace signalbox::apps
