// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events, the format in which chat answers are streamed.
#pragma once

#include <string>
#include <string_view>

namespace signalbox::wire {

// One event, ended by its empty line. Data of several lines becomes several `data:` lines, as the
// format demands; `event` is left out when empty. REQUIRES: no line break in `event`.
std::string sse_event(std::string_view data, std::string_view event = {});

// How OpenAI's streams say that they are complete.
inline constexpr std::string_view kSseDone = "data: [DONE]\n\n";

}  // namespace signalbox::wire
