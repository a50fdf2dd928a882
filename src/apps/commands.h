// SPDX-License-Identifier: Apache-2.0
//
// The subcommands as functions from their options to an exit code; main.cc reads the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "profiler/tolerances.h"

namespace signalbox::apps {

struct CheckOptions {
  std::string file;
  bool print_schema = false;  // instead of checking a file
};
int check_command(const CheckOptions& options);

struct ServeOptions {
  std::string config;
  std::vector<std::string> command;  // of this process, to start another; the program's path first
};
int serve_command(const ServeOptions& options);
int control_command(const ServeOptions& options);
int gateway_command(const ServeOptions& options);

struct EmulateOptions {
  std::string config;
  std::string control;  // "host:port"; empty = the configuration's `emulator`, or any free port
  std::uint64_t seed = 1;
};
int emulate_command(const EmulateOptions& options);

struct ExplainOptions {
  std::string id;
  std::string admin = "127.0.0.1:9901";
  std::string key_file;  // what is shown to a page that asks who it is; empty = nothing
  // With either of these TLS is spoken.
  std::string ca_file;          // who vouches for the page; empty = the authorities we trust
  std::string own_certificate;  // shown to it; empty = none
  std::string own_key;
  std::string journal;  // the decision journal to look into when the page knows the request no more
  bool json = false;
};
int explain_command(const ExplainOptions& options);

struct NewKeyOptions {
  std::string tenant;  // whom it stands for: a tenant, or
  std::string role;    // viewer or operator of the admin page; exactly one is set
  std::string name;    // what logs call it; empty = nothing
  bool json = false;
};
int new_key_command(const NewKeyOptions& options);

struct PlanOptions {
  std::string config;
  std::vector<std::string> demands;  // "40rps", or "chat=40rps"
  std::string service;               // whose demand it is where that does not say
  std::vector<std::string> lost;     // units or zones
  bool json = false;
  bool pareto = false;  // the frontier of cost, latency and resilience instead
  std::string svg;      // a plot of it to write; empty = none
};
int plan_command(const PlanOptions& options);

struct SimulateOptions {
  std::vector<std::string> scenarios = {"s1"};        // names of the catalogue, or .yaml files
  std::vector<std::string> policies = {"signalbox"};  // or "all"
  std::uint64_t first_seed = 1;
  int seeds = 1;
  bool same_router = false;           // ours for every policy
  bool json = false;                  // one flat object per result
  bool list = false;                  // what there is, instead
  std::string report;                 // a page to write; empty = none
  std::string input_log;              // a folder to log the core's inputs to; empty = none
  std::optional<std::string> traces;  // the folder of public traces
  std::string command;                // as it was typed
};
int simulate_command(const SimulateOptions& options);

struct FuzzOptions {
  std::uint64_t cases = 0;
  std::uint64_t first_seed = 1;
  std::string name;  // of one case, to run again
  bool json = false;
};
int fuzz_command(const FuzzOptions& options);

struct ReproduceOptions {
  std::string page;
  std::uint64_t seed = 1;
};
int reproduce_command(const ReproduceOptions& options);

struct ReplayOptions {
  std::string log;        // a segment of an input log, or a directory, of which the newest is taken
  std::string decisions;  // file for a line per decision; empty = none
  bool json = false;
  std::vector<std::string> policies;  // to try on its requests instead of replaying it
};
int replay_command(const ReplayOptions& options);
int replay_policy_command(const ReplayOptions& options);

struct ProfileOptions {
  std::vector<std::string> targets;  // the unit's address; with `golden` two, with `compare` files
  std::string service;
  std::string config;     // whose objective, paths and prices are taken; empty = none
  std::string unit;       // its name; empty = after the address
  std::string out = ".";  // the folder for what is written
  std::string task;       // image, chat or plain; empty = by the path
  std::string path;       // what is asked; empty = the address's, the service's or the task's
  std::string method;     // of plain requests; empty = GET, or POST with a body
  std::string body_file;
  std::string model;
  std::vector<std::string> headers;
  std::string ca_file;  // who vouches for the unit over TLS
  std::optional<double> price_usd_per_hour;
  std::optional<Duration> latency, first_token, per_token;  // what is owed, instead of configured
  std::optional<double> quantile;
  Duration max_time = 120s;
  Duration timeout = 60s;  // of one request
  double max_utilisation = 0.0;
  int max_in_flight = 256;
  int prompt_tokens = 256;
  int output_tokens = 64;
  std::uint64_t seed = 1;
  bool json = false;

  bool golden = false;  // whether two units answer alike, instead
  std::string prompts;  // a file of them
  profiler::Tolerances tolerances = {};
  bool compare = false;  // profiles side by side, instead
  std::string like;      // a measured unit whose profile is carried over, instead
  double speed = 0.0;    // so many times as fast
};
int profile_command(const ProfileOptions& options);

struct DemoOptions {
  Duration length = 120s;
  std::uint64_t seed = 1;
  bool json = false;  // one JSON object on standard output, nothing else there
  bool open = false;  // keep serving afterwards, until interrupted
};
int demo_command(const DemoOptions& options);

}  // namespace signalbox::apps
