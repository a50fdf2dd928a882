// SPDX-License-Identifier: Apache-2.0
//
// The subcommands as functions from their options to an exit code; main.cc reads the command line.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace signalbox::apps {

struct CheckOptions {
  std::string file;
  bool print_schema = false;  // instead of checking a file
};
int check_command(const CheckOptions& options);

struct ServeOptions {
  std::string config;
};
int serve_command(const ServeOptions& options);

struct EmulateOptions {
  std::string config;
  std::string control;  // "host:port"; empty = the configuration's `emulator`, or any free port
  std::uint64_t seed = 1;
};
int emulate_command(const EmulateOptions& options);

struct ExplainOptions {
  std::string id;
  std::string admin = "127.0.0.1:9901";
  bool json = false;
};
int explain_command(const ExplainOptions& options);

struct DemoOptions {
  Duration length = 120s;
  std::uint64_t seed = 1;
  bool json = false;  // one JSON object on standard output, nothing else there
  bool open = false;  // keep serving afterwards, until interrupted
};
int demo_command(const DemoOptions& options);

}  // namespace signalbox::apps
