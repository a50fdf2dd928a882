// SPDX-License-Identifier: Apache-2.0
//
// The file that a snapshot lies in: written every half minute, beside the old one, whose place it
// then takes; read once, by a process that starts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kube/schedule.h"
#include "kube/snapshot.h"

namespace signalbox::kube {

// Writes a snapshot every half minute, if it is another one by then.
class SnapshotFile {
 public:
  using Take = std::function<std::map<std::string, std::vector<KubeObject>>()>;

  // `schedule` outlives it. `tell` is for the log.
  SnapshotFile(Schedule& schedule, std::string path, std::function<void(const std::string&)> tell);

  // What an earlier process left; nothing, and a word in the log, where there is none to go by.
  // Read once.
  const Snapshot& earlier();

  // From now on. `take` gives what the caches hold, or nothing while they are not in step.
  void start(Take take);
  // Now.
  void write();

 private:
  void write_later();

  Schedule& schedule_;
  const std::string path_;
  const std::function<void(const std::string&)> tell_;
  Take take_;
  std::unique_ptr<Alarm> alarm_;
  std::unique_ptr<Snapshot> earlier_;
  std::size_t written_ = 0;  // a hash of what the file holds
  bool failing_ = false;
};

}  // namespace signalbox::kube
