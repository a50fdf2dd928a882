// SPDX-License-Identifier: Apache-2.0
//
// What a shell knows of a request when it asks for a decision, and what it reports afterwards. The
// core never sees a socket or a body: only these facts.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace signalbox::core {

// Views are valid for the call only; the Router keeps none of them.
struct RequestFacts {
  std::string_view path;   // normalised, without query
  std::string_view model;  // the body's `model` field; empty when absent or unread
  bool replayable = true;  // the shell still holds every byte, so it could send the request again
  // Size against the request the profiles were measured with, as far as it shows before it is
  // served (images times steps, say): twice the work takes twice the time. REQUIRES: > 0, finite.
  double work = 1.0;
  // How freely its data may travel (data_policy.h). Only what somebody trusted vouches for: empty =
  // nobody did, which means the strictest class.
  std::string_view data_class{};
  // Of a language model: tokens to be read, and the most that will be written. 0 = unknown.
  int prompt_tokens = 0;
  int output_tokens = 0;
  // Whose request it is, by the word of somebody trusted; empty = nobody's in particular.
  std::string_view tenant{};
  // Among requests held for one service the higher one goes first; kept within the bounds below.
  int priority = 0;
  // Its client waits no longer than this from now on; 0 = it did not say.
  Duration time_left{};
};

inline constexpr int kLowestPriority = -4;
inline constexpr int kHighestPriority = 3;

enum class OutcomeKind : std::uint8_t {
  kCompleted,       // a full response was delivered; its status is in `status`
  kUnreachable,     // no connection: refused or unroutable
  kConnectTimeout,  // no connection within the connect timeout
  kDied,            // the connection broke before any response byte
  kTimedOut,        // no response byte within the service's timeout
  kBroken,          // the response broke off, or fell silent, after its first byte
  kInvalid,         // the response breaks HTTP's rules; nothing of it was passed on
  kErrorAnswer,     // 5xx, `status`, and nothing of it was passed on yet: it could be tried again
};

// What happened to a forwarded request. Reported once per forward decision, unless the client left
// first: that is Router::on_cancel, which says nothing of the endpoint. Of a hedged request, that
// two endpoints have at once, the copy that lost is not reported at all.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kCompleted;
  int status = 0;                 // HTTP status when a response head was seen, else 0
  Duration time_to_first_byte{};  // since the forward decision; 0 when none came
  bool replayable = true;         // see RequestFacts
  int output_tokens = 0;          // of a language model's answer; 0 = not counted
  EndpointId endpoint{};          // of a hedged request: whose copy ended; 0 = the only one's
  Duration retry_after{};         // the endpoint asked for such a pause, with 429 or 503; 0 = none
};

const char* to_string(OutcomeKind kind);

}  // namespace signalbox::core
