// SPDX-License-Identifier: Apache-2.0
//
// What a gateway gives up before the system takes its memory away: a process that is killed drops
// everything at once, one that refuses some of it keeps the rest (B80). The levels are Envoy's, 95
// and 98 %; each is left only a while below where it was entered, because what is let go lowers the
// use by just so much.
#pragma once

#include <cstdint>

namespace signalbox::gateway {

// Of what is bounded, how much is used; what can be given back without harm is not counted.
struct MemoryUse {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;  // above 0

  double ratio() const { return static_cast<double>(used) / static_cast<double>(limit); }
};

enum class Pressure : std::uint8_t {
  kNone,
  kHigh,      // no new connections, and none kept that serves nobody
  kCritical,  // and no new requests
};

class MemoryPressure {
 public:
  // The level after this reading. REQUIRES: use.limit > 0.
  Pressure update(const MemoryUse& use) {
    const double ratio = use.ratio();
    const bool stays_critical = level_ == Pressure::kCritical && ratio >= kCritical - kLeaveBelow;
    const bool stays_high = level_ != Pressure::kNone && ratio >= kHigh - kLeaveBelow;
    if (ratio >= kCritical || stays_critical) {
      level_ = Pressure::kCritical;
    } else if (ratio >= kHigh || stays_high) {
      level_ = Pressure::kHigh;
    } else {
      level_ = Pressure::kNone;
    }
    return level_;
  }

 private:
  static constexpr double kHigh = 0.95;
  static constexpr double kCritical = 0.98;
  static constexpr double kLeaveBelow = 0.01;

  Pressure level_ = Pressure::kNone;
};

}  // namespace signalbox::gateway
