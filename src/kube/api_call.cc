// SPDX-License-Identifier: Apache-2.0
//
// See api_call.h; https://kubernetes.io/docs/reference/using-api/api-concepts/
#include "kube/api_call.h"

#include <boost/json/serialize.hpp>

#include "wire/kube_object.h"

namespace signalbox::kube {

namespace {

void append_encoded(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
}

std::string encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text);
  return out;
}

std::string path_of(const Resource& of, const std::string& space, const std::string& name,
                    const std::string& subresource = {}) {
  return of.path_in(space) + "/" + encoded(name) + (subresource.empty() ? "" : "/" + subresource);
}

void select(const Resource& of, ApiCall& call) {
  if (!of.label_selector.empty()) call.query.emplace_back("labelSelector", of.label_selector);
  if (!of.field_selector.empty()) call.query.emplace_back("fieldSelector", of.field_selector);
}

}  // namespace

std::string ApiCall::target() const {
  std::string out = path;
  char before = '?';
  for (const auto& [name, value] : query) {
    out += before;
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
    before = '&';
  }
  return out;
}

ApiCall get_call(const Resource& of, const std::string& space, const std::string& name) {
  return {.path = path_of(of, space, name)};
}

ApiCall list_call(const Resource& of, int limit, const std::string& continues) {
  ApiCall call{.path = of.path(), .timeout = 60s, .attempts = 1};
  select(of, call);
  if (limit > 0) call.query.emplace_back("limit", std::to_string(limit));
  if (!continues.empty()) call.query.emplace_back("continue", continues);
  return call;
}

ApiCall watch_call(const Resource& of, const std::string& resource_version, Duration timeout) {
  ApiCall call{.path = of.path(), .attempts = 1};
  select(of, call);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
  call.query.emplace_back("watch", "1");
  call.query.emplace_back("resourceVersion", resource_version);
  call.query.emplace_back("allowWatchBookmarks", "true");
  call.query.emplace_back("timeoutSeconds", std::to_string(seconds));
  // Who cuts a watch that says nothing is the informer, by its own clock, and before this.
  call.timeout = timeout + 120s;
  return call;
}

ApiCall create_call(const Resource& of, const std::string& space, const json::object& object) {
  return {.method = "POST", .path = of.path_in(space), .body = json::serialize(object)};
}

ApiCall replace_call(const Resource& of, const json::object& object) {
  return {.method = "PUT",
          .path = path_of(of, std::string(wire::namespace_of(object)),
                          std::string(wire::name_of(object))),
          .body = json::serialize(object)};
}

ApiCall apply_call(const Resource& of, const json::object& object, const std::string& manager,
                   bool force, const std::string& subresource) {
  // YAML is what the type says, and JSON is YAML.
  return {.method = "PATCH",
          .path = path_of(of, std::string(wire::namespace_of(object)),
                          std::string(wire::name_of(object)), subresource),
          .query = {{"fieldManager", manager}, {"force", force ? "true" : "false"}},
          .body = json::serialize(object),
          .content_type = "application/apply-patch+yaml"};
}

ApiCall merge_call(const Resource& of, const std::string& space, const std::string& name,
                   const json::object& patch, const std::string& subresource) {
  return {.method = "PATCH",
          .path = path_of(of, space, name, subresource),
          .body = json::serialize(patch),
          .content_type = "application/merge-patch+json"};
}

ApiCall scale_call(const Resource& of, const std::string& space, const std::string& name,
                   int replicas) {
  return merge_call(of, space, name, {{"spec", {{"replicas", replicas}}}}, "scale");
}

ApiCall remove_call(const Resource& of, const std::string& space, const std::string& name,
                    const std::string& uid) {
  json::object options{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (!uid.empty()) options["preconditions"] = json::object{{"uid", uid}};
  return {.method = "DELETE", .path = path_of(of, space, name), .body = json::serialize(options)};
}

}  // namespace signalbox::kube
