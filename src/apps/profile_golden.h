// SPDX-License-Identifier: Apache-2.0
//
// `signalbox profile --golden A B`: may these two units share the traffic of one service?
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "profiler/tolerances.h"

namespace signalbox::apps {

struct ProfileGoldenOptions {
  std::string first, second;  // host:port, http://host:port or https://host:port
  std::string service;        // of the configuration; without one only a name for what is asked
  std::string config;         // says the service's path and model; empty = none
  std::string task;           // image, chat or plain, where there is no configuration
  std::string path;           // what is asked; empty = the service's, or the task's
  std::string model;          // named in the body; empty = the service's
  std::string prompts;        // a file of one prompt a line; empty = those built in
  std::string ca_file;        // who vouches for units over TLS; empty = the system's authorities
  profiler::Tolerances tolerances = {};
  int max_tokens = 48;
  std::int64_t seed = 42;
  Duration timeout = 120s;  // of one answer
  bool json = false;
};

// kExitOk: equivalent; kExitFailed: not, or a unit cannot be reached; kExitBadUsage.
int profile_golden(const ProfileGoldenOptions& options);

}  // namespace signalbox::apps
