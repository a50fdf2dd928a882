// SPDX-License-Identifier: Apache-2.0
//
// Refusals of a cloud, by what Karpenter leaves of them. That there is no capacity is said in an
// Event on the NodeClaim, which Karpenter deletes in the same breath; so claims are remembered for
// a while after their end, and Events that come before their claim wait for it. Other failures
// stand in the claim's conditions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/kube_object.h"

namespace signalbox::cluster {

namespace json = boost::json;

struct ClaimRefusal {
  wire::KubeObject claim;
  std::string words;  // the provider's
};

class Claims {
 public:
  // How long a claim that is gone is remembered, and an Event without its claim.
  static constexpr Duration kMemory = 10min;

  // Each may bring one refusal to light. A claim is refused once.
  std::optional<ClaimRefusal> put(const wire::KubeObject& claim, TimePoint now);
  std::optional<ClaimRefusal> hear(const json::object& event, TimePoint now);
  void remove(const json::object& claim, TimePoint now);

  void forget_old(TimePoint now);

  // By name, of those that stand.
  const json::object* find(const std::string& name) const;

 private:
  struct Known {
    wire::KubeObject object;  // null while only an Event is known
    std::string words;        // of an Event that came first
    bool refused = false;
    TimePoint gone_at = TimePoint::max();
  };
  std::map<std::string, Known> claims_;  // by uid
};

// Of an Event, in either of its two forms: what it is about and why.
struct EventFacts {
  std::string kind, space, name, uid;  // of what it is about
  std::string reason, message, reporter;
};
EventFacts read_event(const json::object& event);

}  // namespace signalbox::cluster
