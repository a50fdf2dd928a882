// SPDX-License-Identifier: Apache-2.0
//
// The frames of a watch: JSON objects, one a line, cut by the network wherever it likes. Kinds of
// frames that we do not know are passed over, so that a newer server does no harm; a frame that
// makes no sense, or is larger than any object may be, ends the reading, since nobody can say what
// was missed in it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "wire/kube_object.h"

namespace signalbox::kube {

struct WatchFrame {
  enum class Kind { kAdded, kModified, kDeleted, kBookmark, kError };
  Kind kind;
  wire::json::object object;
};

class WatchFrames {
 public:
  using Visit = std::function<void(WatchFrame)>;

  // etcd takes objects of 1.5 MiB; a frame is one of them, as JSON.
  static constexpr std::size_t kMostBytes = 8UL * 1024 * 1024;

  explicit WatchFrames(Visit visit, std::size_t most_bytes = kMostBytes)
      : visit_(std::move(visit)), most_bytes_(most_bytes) {}

  // The next bytes; ignored once there is a problem.
  void feed(std::string_view bytes);

  // Why nothing more is read, in words; empty = sound so far.
  const std::string& problem() const { return problem_; }

 private:
  void end_line(std::string_view line);

  const Visit visit_;
  const std::size_t most_bytes_;
  std::string line_;  // what of the present line came in earlier pieces
  std::string problem_;
};

}  // namespace signalbox::kube
