// SPDX-License-Identifier: Apache-2.0
//
// How replicas end and how many there are, without the wrong one being ended. A workload is told a
// number, and its own controller chooses which pods go: the ones marked as cheapest to delete. So a
// pod that shall stop is marked first, and the number is lowered after it (by KEDA, or by us).
//
// Where the number stands at what is wanted already - the pod is to be *replaced* - lowering it
// would be wrong, and nothing would end the pod: then it is removed itself, and its workload makes
// the next.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "cluster/action.h"
#include "cluster/membership.h"

namespace signalbox::cluster {

class ReplicaScaling {
 public:
  // Asked again while it is not so: a patch may have been refused.
  static constexpr Duration kAgain = 15s;

  // This pod of the unit shall end.
  void stop(UnitId unit, const PodFacts& pod);
  // As it is now, if it is one of them.
  void see(const PodFacts& pod);
  // It is gone.
  void ended(const std::string& uid);

  // So many replicas of the unit shall there be from now on.
  void want(UnitId unit, int replicas);

  // What is to be done now, by what the workloads say.
  std::vector<Action> due(const Membership& membership, TimePoint now);

 private:
  struct Stopping {
    UnitId unit;
    PodFacts pod;
    TimePoint marked_at = TimePoint::min();
    TimePoint removed_at = TimePoint::min();
  };
  struct Wanted {
    int replicas = 0;
    int told = -1;  // by us, last
    TimePoint told_at = TimePoint::min();
  };
  void end_stopping(const Membership& membership, TimePoint now, std::vector<Action>& actions);

  std::map<std::string, Stopping> stopping_;  // by uid
  std::map<UnitId, Wanted> wanted_;
};

}  // namespace signalbox::cluster
