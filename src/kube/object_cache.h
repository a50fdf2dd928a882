// SPDX-License-Identifier: Apache-2.0
//
// The objects of a resource as last seen, and what changed. A whole list is *compared* with what is
// here: listing again, after whatever trouble, tells of the differences and of nothing else, and in
// no moment of it is an object gone that is there (B69).
//
// A list that holds nothing where there was plenty is more often an API server that lost its data,
// or a filter that changed, than the end of a fleet: see is_suspicious() (B70).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "wire/kube_object.h"

namespace signalbox::kube {

using wire::KubeObject;

struct CacheEvents {
  std::function<void(const KubeObject&)> on_added;
  std::function<void(const KubeObject& before, const KubeObject& after)> on_changed;
  std::function<void(const KubeObject& last_known)> on_removed;
};

class ObjectCache {
 public:
  explicit ObjectCache(CacheEvents events) : events_(std::move(events)) {}

  // The whole of what there is now.
  void take_list(std::vector<KubeObject> listed);

  // One object as it is now; one of the same name and another uid is a successor. Nothing happens
  // where the version is the one that is known.
  void put(KubeObject object);
  // One object as it was at its end.
  void remove(const KubeObject& object);

  // Empty, and there was plenty.
  bool is_suspicious(const std::vector<KubeObject>& listed) const {
    return listed.empty() && objects_.size() >= kPlenty;
  }
  static constexpr std::size_t kPlenty = 3;

  std::vector<KubeObject> all() const;
  KubeObject find(const std::string& key) const;
  std::size_t size() const { return objects_.size(); }

 private:
  CacheEvents events_;
  std::map<std::string, KubeObject> objects_;  // by key_of()
};

// Without what nobody reads and everybody carries: metadata.managedFields, half of many objects.
KubeObject slimmed(wire::json::object object);

}  // namespace signalbox::kube
