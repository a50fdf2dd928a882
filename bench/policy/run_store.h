// SPDX-License-Identifier: Apache-2.0
//
// Finished runs in a file of JSON lines, so that a campaign of hours can be stopped at any moment
// and goes on where it was. A run belongs to the program that made it: results of another build are
// kept apart, by the hash of the executable in the file's name.
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "sim/report/summary.h"

namespace signalbox::bench {

class RunStore {
 public:
  // Opens the file of this executable in `folder`, creating both. A last line that was cut off is
  // passed over.
  static Result<RunStore> open(const std::string& folder);

  RunStore(RunStore&&) = default;

  // nullptr when it has not been run yet. Thread-safe; valid for the store's life.
  const sim::MeasuredRun* find(const std::string& key) const;
  // Thread-safe; on disk when it returns.
  void add(const std::string& key, const sim::MeasuredRun& run);

  const std::string& path() const { return path_; }

 private:
  RunStore() : lock_(std::make_unique<std::mutex>()) {}

  std::string path_;
  std::unique_ptr<std::mutex> lock_;
  std::ofstream file_;
  std::map<std::string, sim::MeasuredRun> runs_;
};

}  // namespace signalbox::bench
