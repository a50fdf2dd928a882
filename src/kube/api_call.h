// SPDX-License-Identifier: Apache-2.0
//
// One question to the API server as a value: what the verbs of the API are in HTTP. Writes say
// which version of an object they mean wherever that matters, so that nobody's change is lost
// unseen.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "kube/resource.h"

namespace signalbox::kube {

namespace json = boost::json;

struct ApiCall {
  std::string method = "GET";
  std::string path;
  std::vector<std::pair<std::string, std::string>> query{};
  std::string body{};
  std::string content_type = "application/json";
  Duration timeout = 30s;
  int attempts = 3;  // at most, where the server is busy (429, 503); waiting for it included
  // Of a watch: told of each piece of an answer of success, which is then not kept.
  std::function<void(std::string_view)> on_piece{};

  // "GET /api/v1/pods", for messages.
  std::string label() const { return method + " " + path; }
  // Path and query, percent-encoded.
  std::string target() const;
};

// `space` is empty for what lies in no namespace.
ApiCall get_call(const Resource& of, const std::string& space, const std::string& name);
ApiCall list_call(const Resource& of, int limit, const std::string& continues);
ApiCall watch_call(const Resource& of, const std::string& resource_version, Duration timeout);
ApiCall create_call(const Resource& of, const std::string& space, const json::object& object);
// The object says its resourceVersion, and is refused with a conflict where it is another by now.
ApiCall replace_call(const Resource& of, const json::object& object);

// Server-side apply: these fields are ours from now on, those that we no longer name are given up.
// `subresource` is empty or "status"; with `force` also where another field manager owns them.
ApiCall apply_call(const Resource& of, const json::object& object, const std::string& manager,
                   bool force, const std::string& subresource = {});

// JSON merge patch (RFC 7386).
ApiCall merge_call(const Resource& of, const std::string& space, const std::string& name,
                   const json::object& patch, const std::string& subresource = {});
ApiCall scale_call(const Resource& of, const std::string& space, const std::string& name,
                   int replicas);
// Only the object with this uid: one of the same name that came after it stays.
ApiCall remove_call(const Resource& of, const std::string& space, const std::string& name,
                    const std::string& uid);

}  // namespace signalbox::kube
