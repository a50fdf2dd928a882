// SPDX-License-Identifier: Apache-2.0
//
// The inference APIs Signalbox knows by their paths. Knowing one tells the gateway whether the body
// names a model, which is worth holding the first bytes for; any other path is routed by path
// alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace signalbox::wire {

enum class Api : std::uint8_t {
  kOther,
  kGenimage,           // the paper's application: POST /genimage
  kOpenaiImages,       // POST /v1/images/generations
  kOpenaiChat,         // POST /v1/chat/completions
  kOpenaiCompletions,  // POST /v1/completions
  kOpenaiEmbeddings,   // POST /v1/embeddings
};

// `path` is normalised and without query; a trailing slash makes no difference.
Api classify_api(std::string_view path);

// True when a request's JSON body has a top-level `model` field to route by.
bool carries_model(Api api);

const char* to_string(Api api);

}  // namespace signalbox::wire
