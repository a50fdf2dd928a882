// SPDX-License-Identifier: Apache-2.0
//
// From what stands in a cluster to the life of endpoints. The Controller asks for "one more" by a
// launch; what comes is a pod with a name of its own. The oldest launch that is still waiting and
// the pod become one endpoint, whose id is made of the pod's uid: whichever process looks at the
// cluster, and whoever leads, the same pod is the same endpoint.
//
// What is said is said once, and in order: found, ready, leaving, gone. A replica whose launch was
// refused is forgotten by the Controller, and found again should it come to serve after all.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/signal.h"
#include "core/model/unit.h"

namespace signalbox::cluster {

// What a signal says.
using News = decltype(core::Signal::body);

// The id of what has this uid, under every controller.
EndpointId endpoint_of(const std::string& uid);

struct ReplicaFacts {
  std::string uid;
  bool is_ready = false;
  core::Address address{};  // where it serves, once it is ready
  bool is_leaving = false;
};

class Replicas {
 public:
  struct Replica {
    EndpointId id;
    UnitId unit;
    bool ready = false;
    bool stopping = false;  // by our wish
    bool refused = false;   // the Controller knows it no more
    TimePoint leaving_by = TimePoint::max();
    TimePoint found_at{};
  };

  // How long a launch waits for its replica.
  static constexpr Duration kLaunchPatience = 120s;

  void launch(EndpointId id, UnitId unit, TimePoint now);
  // True where it is a replica, which is now ours to end. A launch that nothing came of is over.
  bool stop(EndpointId id);

  // How it is now; new ones that are leaving already are not taken in.
  void see(UnitId unit, const ReplicaFacts& facts, TimePoint now);
  void lose(const std::string& uid, const std::string& reason);
  // Its provider takes it back at `by`; max() = not any more. The earliest counts.
  void leave(const std::string& uid, TimePoint by);
  // It will not come, says the provider. False where it is not booting.
  bool refuse(const std::string& uid, const std::string& reason);
  // Likewise, the oldest launch of a unit that waits.
  bool refuse_launch(UnitId unit, const std::string& reason);
  // Refuses the launches that waited too long, for the reasons given.
  void expire(TimePoint now, const std::function<std::string(UnitId)>& reason);

  const Replica* find(const std::string& uid) const;
  // Of this id; empty = none.
  std::string uid_of(EndpointId id) const;
  const std::map<std::string, Replica>& all() const { return replicas_; }
  // The uids of a unit's.
  const std::set<std::string>& of(UnitId unit) const;
  std::size_t launches(UnitId unit) const;

  struct Launch {
    EndpointId id;
    UnitId unit;
    TimePoint at;
  };
  // That wait for their pod, oldest first.
  const std::deque<Launch>& waiting() const { return launches_; }

  // What happened since it was asked last.
  std::vector<News> take();

 private:
  EndpointId take_launch(UnitId unit);

  std::map<std::string, Replica> replicas_;          // by uid
  std::map<EndpointId, std::string> uids_;           // of them
  std::map<UnitId, std::set<std::string>> of_unit_;  // likewise
  std::deque<Launch> launches_;
  std::vector<News> news_;
};

}  // namespace signalbox::cluster
