// SPDX-License-Identifier: Apache-2.0
//
// What two units are asked to see whether they answer alike: prompts that leave little to chance,
// with the same seed, no temperature and few tokens, because two runs of one model part company for
// good at the first near tie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "wire/api.h"

namespace signalbox::profiler {

struct GoldenQuestion {
  std::string path = "/genimage";  // its API says how a prompt is put: wire::classify_api
  std::string model = {};          // of the body; empty = none is named
  std::int64_t seed = 42;
  int max_tokens = 48;

  wire::Api api() const { return wire::classify_api(path); }
};

// The request for one prompt. For a path of no known API the prompt is the body, posted as JSON
// where it is JSON and as text otherwise; an empty one is a GET.
http::Request request_of(const GoldenQuestion& question, std::string_view prompt);

// Prompts for the API: pictures, continuations, or a single empty one for a path of no known API.
std::vector<std::string> built_in_prompts(wire::Api api);

// A file of prompts: one a line, blank lines between them. Errors name the line.
inline constexpr std::size_t kMaxPrompts = 1000;
Result<std::vector<std::string>> parse_prompts(std::string_view text);

}  // namespace signalbox::profiler
