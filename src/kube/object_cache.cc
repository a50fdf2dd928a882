// SPDX-License-Identifier: Apache-2.0
//
// See object_cache.h.
#include "kube/object_cache.h"

#include <set>
#include <utility>

namespace signalbox::kube {

using wire::key_of;
using wire::uid_of;

void ObjectCache::take_list(std::vector<KubeObject> listed) {
  std::set<std::string> seen;
  for (KubeObject& object : listed) {
    seen.insert(key_of(*object));
    put(std::move(object));
  }
  std::vector<KubeObject> gone;
  for (const auto& [key, object] : objects_) {
    if (!seen.contains(key)) gone.push_back(object);
  }
  for (const KubeObject& object : gone) remove(object);
}

void ObjectCache::put(KubeObject object) {
  const std::string key = key_of(*object);
  KubeObject& place = objects_[key];
  if (!place) {
    place = object;
    return events_.on_added(object);
  }
  const auto version = wire::resource_version_of(*object);
  if (!version.empty() && version == wire::resource_version_of(*place)) return;
  const KubeObject before = std::exchange(place, object);
  if (uid_of(*before) != uid_of(*object)) {
    events_.on_removed(before);
    events_.on_added(object);
  } else {
    events_.on_changed(before, object);
  }
}

void ObjectCache::remove(const KubeObject& object) {
  const auto at = objects_.find(key_of(*object));
  if (at == objects_.end()) return;
  // A successor of the same name is not what ended.
  if (uid_of(*at->second) != uid_of(*object)) return;
  objects_.erase(at);
  events_.on_removed(object);
}

std::vector<KubeObject> ObjectCache::all() const {
  std::vector<KubeObject> out;
  out.reserve(objects_.size());
  for (const auto& [key, object] : objects_) out.push_back(object);
  return out;
}

KubeObject ObjectCache::find(const std::string& key) const {
  const auto at = objects_.find(key);
  return at == objects_.end() ? nullptr : at->second;
}

KubeObject slimmed(wire::json::object object) {
  if (auto* metadata = object.if_contains("metadata"); metadata && metadata->is_object()) {
    metadata->get_object().erase("managedFields");
  }
  return std::make_shared<const wire::json::object>(std::move(object));
}

}  // namespace signalbox::kube
