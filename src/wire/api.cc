// SPDX-License-Identifier: Apache-2.0
//
// One table: a path, the API it belongs to, its name in metrics and logs.
#include "wire/api.h"

#include <array>

namespace signalbox::wire {

namespace {

struct Route {
  std::string_view path;
  Api api;
};

constexpr std::array kRoutes = {
    Route{"/genimage", Api::kGenimage},
    Route{"/v1/images/generations", Api::kOpenaiImages},
    Route{"/v1/chat/completions", Api::kOpenaiChat},
    Route{"/v1/completions", Api::kOpenaiCompletions},
    Route{"/v1/embeddings", Api::kOpenaiEmbeddings},
};

}  // namespace

Api classify_api(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const Route& route : kRoutes) {
    if (path == route.path) return route.api;
  }
  return Api::kOther;
}

bool carries_model(Api api) { return api != Api::kOther && api != Api::kGenimage; }

const char* to_string(Api api) {
  switch (api) {
    case Api::kOther:
      return "other";
    case Api::kGenimage:
      return "genimage";
    case Api::kOpenaiImages:
      return "openai_images";
    case Api::kOpenaiChat:
      return "openai_chat";
    case Api::kOpenaiCompletions:
      return "openai_completions";
    case Api::kOpenaiEmbeddings:
      return "openai_embeddings";
  }
  return "other";
}

}  // namespace signalbox::wire
