// SPDX-License-Identifier: Apache-2.0
//
// Patterns and their defaults; see rules.h.
#include "config/rules.h"

namespace signalbox::config {

namespace {

// The paths of OpenAI's API whose bodies carry a model.
constexpr std::string_view kModelPaths[] = {"/v1/chat/completions", "/v1/completions",
                                            "/v1/embeddings", "/v1/images/generations"};

}  // namespace

std::vector<std::string> paths_of(const Fields& service) {
  std::vector<std::string> paths;
  if (service.has("paths")) {
    for (auto& path : service.items<std::string>("paths")) paths.push_back(path.value);
  } else if (service.has("models")) {
    paths.assign(std::begin(kModelPaths), std::end(kModelPaths));
  } else {
    paths.emplace_back("/*");
  }
  return paths;
}

bool covers(std::string_view wider, std::string_view pattern) {
  if (!wider.ends_with('*')) return wider == pattern;
  wider.remove_suffix(1);
  if (pattern.ends_with('*')) pattern.remove_suffix(1);
  return pattern.starts_with(wider);
}

}  // namespace signalbox::config
