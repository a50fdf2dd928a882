// SPDX-License-Identifier: Apache-2.0
//
// A kind of object as the API server names it in paths, and the part of it somebody wants to see.
#pragma once

#include <string>

namespace signalbox::kube {

struct Resource {
  std::string group;    // empty = the core group
  std::string version;  // "v1"
  std::string plural;   // "pods"
  std::string space{};  // only objects of this namespace; empty = all, or of none
  std::string label_selector{};
  std::string field_selector{};

  // "/apis/apps/v1/namespaces/prod/deployments".
  std::string path() const { return path_in(space); }
  std::string path_in(const std::string& name_space) const {
    std::string path = group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
    if (!name_space.empty()) path += "/namespaces/" + name_space;
    return path + "/" + plural;
  }
  // For people and for files: "apps/v1/deployments in prod".
  std::string label() const {
    return (group.empty() ? "" : group + "/") + version + "/" + plural +
           (space.empty() ? "" : " in " + space) +
           (label_selector.empty() ? "" : " with " + label_selector) +
           (field_selector.empty() ? "" : " where " + field_selector);
  }
};

}  // namespace signalbox::kube
