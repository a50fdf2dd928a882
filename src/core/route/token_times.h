// SPDX-License-Identifier: Apache-2.0
//
// What an answer is predicted to take where it grows token by token: when its first token comes,
// how long each further one takes, and how likely both are as quick as they are owed. A long prompt
// delays the first, a full batch slows the others; end-to-end latency would blame neither.
#pragma once

#include "base/time.h"
#include "core/model/language_profile.h"
#include "core/model/service.h"
#include "core/route/live.h"

namespace signalbox::core {

struct TokensAsked {
  int prompt = 0;                         // to be read; 0 = unknown, as the profile's
  int output = 0;                         // expected to be written; 0 = likewise
  TimePoint first_by = TimePoint::max();  // when the first is owed; max() = it is not
  Duration per_token{};                   // owed for each further one on average; 0 = it is not
};

struct TokenTimes {
  Duration whole{};          // mean time to completion
  double probability = 0.0;  // that all that is owed is kept
};

// By the profile alone: when the first token comes.
inline Duration first_token_expected(const LanguageProfile& profile, int prompt) {
  return profile.first_token(prompt > 0 ? prompt : profile.prompt_tokens);
}

// True when an answer of so many tokens kept what was owed: the first came this long after the
// request's arrival, the last so much later. What cannot be judged, since the tokens were not
// counted (0), is taken as kept.
bool keeps_token_promises(const Objective& owed, Duration first, Duration rest, int output_tokens);

// With `in_flight` sequences on the endpoint, this one included. Of two promises the probability
// that both are kept is at least P(A) + P(B) - 1, whatever they have to do with each other
// (Boole 1854, Frechet 1935); that bound is what is given, so it never promises too much.
TokenTimes predict_tokens(const LanguageProfile& profile, const LiveUnit& unit,
                          const TokensAsked& asked, int in_flight, TimePoint now);

}  // namespace signalbox::core
