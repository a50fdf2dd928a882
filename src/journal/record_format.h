// SPDX-License-Identifier: Apache-2.0
//
// What an input record looks like as bytes, shared by the encoder and the decoder:
//
//   record  = kind (1 byte), length (1 byte), payload; 200 bytes at most. A longer payload is cut:
//             all but its last piece have the kind `kPart`
//   payload = time (zigzag, since the record before), then what the kind says
//
// Times and request ids are written as small differences, and a path with its model as a number
// once it has been seen, so that a request and its outcome take some thirty bytes. All three
// memories are bounded and begin anew with each segment, so that a segment can be read without
// those before it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"

namespace signalbox::journal {

inline constexpr std::size_t kMaxRecordBytes = 200;
inline constexpr std::size_t kMaxPayloadBytes = kMaxRecordBytes - 2;
// Of one payload in all its pieces; only a spec of thousands of units comes near.
inline constexpr std::size_t kMaxWholePayloadBytes = 64U << 20U;

enum class RecordKind : std::uint8_t {
  kPart = 0,
  kRouterStarted,
  kViewTaken,
  kRequestMade,
  kOutcomeSeen,
  kAnswerBegun,
  kRequestCancelled,
  kTimerFired,
  kDigestTaken,
  kControllerStarted,
  kSignalGiven,
  kDigestGiven,
  kSpecGiven,
  kTicked,
  kSpecRestated,
  kCheckMade,
  kLogEnded,
};

// Clients choose paths and models, so what is remembered of them is bounded; the rest is spelt out.
inline constexpr std::size_t kMaxNames = 4096;
inline constexpr std::size_t kMaxNameBytes = 512;

// How the names of a request are given: spelt out, spelt out and remembered, or by their number.
inline constexpr std::uint64_t kNameInline = 0;
inline constexpr std::uint64_t kNameDefined = 1;
inline constexpr std::uint64_t kFirstName = 2;

inline constexpr std::uint8_t kRequestReplayable = 1U << 0U;
inline constexpr std::uint8_t kRequestHasWork = 1U << 1U;  // else the work is 1
inline constexpr std::uint8_t kRequestHasDataClass = 1U << 2U;
inline constexpr std::uint8_t kRequestHasTokens = 1U << 3U;
inline constexpr std::uint8_t kRequestHasTenant = 1U << 4U;
inline constexpr std::uint8_t kRequestHasPriority = 1U << 5U;
inline constexpr std::uint8_t kRequestHasTimeLeft = 1U << 6U;

inline constexpr std::uint8_t kBriefActionMask = 3U;
inline constexpr std::uint8_t kBriefLate = 1U << 2U;
inline constexpr std::uint8_t kBriefOwn = 1U << 3U;    // about the request the call was about
inline constexpr std::uint8_t kBriefFirst = 1U << 4U;  // attempt 1

// The latest request of each event loop: an id carries its loop in the upper 16 bits and counts in
// the rest, so against the latest of its own loop it is a small difference.
class LatestIds {
 public:
  static constexpr unsigned kLoopShift = 48;

  std::uint64_t loop(RequestId id) const { return id.value >> kLoopShift; }
  std::uint64_t& of_loop(std::uint64_t loop) { return latest_[loop % latest_.size()]; }

 private:
  std::array<std::uint64_t, 256> latest_{};
};

}  // namespace signalbox::journal
