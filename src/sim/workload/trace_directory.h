// SPDX-License-Identifier: Apache-2.0
//
// Where the public traces lie on this machine, if they do. They are not part of the project: their
// licences differ, so everyone gets them from their authors (docs/traces.md), and whatever runs
// without them says what stands in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signalbox::sim {

// A trace and the names under which its file is looked for, in order; each also with ".gz".
struct TraceName {
  std::string_view title;
  std::vector<std::string> files;
};

namespace traces {
TraceName gentd26();
TraceName servegen();
TraceName azure_conversations();
TraceName spot_availability(int nodes, std::string_view zone);  // 16, "us-east-2b"
TraceName price_snapshot();
}  // namespace traces

class TraceDirectory {
 public:
  // What decides, in this order; the first that says something is taken.
  struct Places {
    std::optional<std::string> option;        // named by the user on the command line
    std::optional<std::string> environment;   // the value of SIGNALBOX_TRACES
    std::string beside = "../shared/traces";  // taken only if it exists
  };

  // A directory that somebody named must exist; else the error says who named it.
  static Result<TraceDirectory> find(const Places& places);
  // With SIGNALBOX_TRACES of this process.
  static Result<TraceDirectory> find(std::optional<std::string> option = std::nullopt);

  bool exists() const { return !path_.empty(); }
  const std::string& path() const { return path_; }

  // The trace's file; or an error for people that says what is missing, where it was looked for
  // and which page tells how to get it.
  Result<std::string> locate(const TraceName& trace) const;

 private:
  explicit TraceDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;  // empty: none
};

}  // namespace signalbox::sim
