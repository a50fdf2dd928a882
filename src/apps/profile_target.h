// SPDX-License-Identifier: Apache-2.0
//
// What a command line of `signalbox profile` means: where to send, what to ask, and what is owed -
// from flags, and from a configuration where one is named.
#pragma once

#include <string>

#include "apps/commands.h"
#include "base/result.h"
#include "profiler/drive.h"
#include "profiler/search.h"

namespace signalbox::apps {

struct ProfileTarget {
  std::string unit;     // name of what is measured
  std::string service;  // and what for
  std::string model, hardware, framework;
  double price_usd_per_hour = 0.0;
  profiler::Destination destination;
  profiler::Question question;
  profiler::SearchOptions search;
};

// Errors name the flag, or are those of the configuration.
Result<ProfileTarget> profile_target(const ProfileOptions& options);

}  // namespace signalbox::apps
