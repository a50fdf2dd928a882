// SPDX-License-Identifier: Apache-2.0
//
// Why a decision came out as it did, in sentences. Each is put together from what the decision
// recorded - verdicts, predictions, costs - and claims no more than the record shows: "cheapest" is
// written only where it was, and a draw by weight is called a draw.
#pragma once

#include <cstddef>
#include <string>

#include "observe/story.h"

namespace signalbox::observe {

// The whole reason for step `at`, one or more sentences. REQUIRES: at < story.steps.size()
std::string reason_text(const RequestStory& story, std::size_t at);

// How the request ended, in one sentence.
std::string ending_text(const RequestStory& story);

// A verdict for the last column of a table: "taken", "qualifies, but dearer", ...
const char* verdict_words(core::Verdict verdict);

}  // namespace signalbox::observe
