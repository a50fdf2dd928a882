// SPDX-License-Identifier: Apache-2.0
//
// `signalbox profile --compare A B ...`: measured units side by side.
#pragma once

#include <string>
#include <vector>

namespace signalbox::apps {

struct ProfileCompareOptions {
  std::vector<std::string> files;  // NAME.profile.json, or NAME.profile.yaml, which lies beside it
  std::string out;                 // a folder for comparison.svg and .png; empty = no plot
  bool json = false;
};

// kExitOk, or kExitBadUsage when a file is no profile or the plot cannot be written.
int profile_compare(const ProfileCompareOptions& options);

}  // namespace signalbox::apps
