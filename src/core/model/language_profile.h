// SPDX-License-Identifier: Apache-2.0
//
// What is known beforehand of a unit that serves a language model: an answer begins once its prompt
// has been read, and then grows token by token, slower the more sequences share a step. Two
// figures of a request follow from this that its total latency hides: time to first token and time
// per output token (the terms of Zhong et al., DistServe, OSDI 2024).
#pragma once

#include "base/time.h"
#include "core/model/profile.h"

namespace signalbox::core {

struct LanguageProfile {
  Duration first_token_base{};  // time to the first token of an empty prompt
  Duration per_prompt_token{};  // and for each token that must be read before it
  Profile per_output_token = Profile::single_server(1.0, 0.0);  // by sequences in flight
  // The request that the unit's Profile was measured with: its work is 1.
  int prompt_tokens = 1024;
  int output_tokens = 256;

  Duration first_token(int prompt) const { return first_token_base + prompt * per_prompt_token; }
};

}  // namespace signalbox::core
