// SPDX-License-Identifier: Apache-2.0
//
// `signalbox simulate --fuzz N` and `--case NAME`: random fleets and fault storms against what must
// hold, and one of them again.
#include <fmt/format.h>

#include <exception>
#include <string>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/progress_line.h"
#include "net/clock.h"
#include "sim/check/fuzz.h"

namespace signalbox::apps {

namespace {

// An assertion that fails ends the process; whoever reads its message should know in which case.
std::string running_case;

void name_the_case() {
  fmt::print(stderr, "\nwhile running case {}: signalbox simulate --case {}\n", running_case,
             running_case);
  std::abort();
}

void print_violation(const sim::Violation& violation, const sim::FuzzCase& fuzz_case) {
  fmt::print("{} broken after {:.3f} s: {}\n\n{}\nRun it again: signalbox simulate --case {}\n",
             violation.invariant, to_seconds(violation.at - TimePoint{}), violation.what,
             sim::describe(sim::scenario_of(fuzz_case)), fuzz_case.name());
}

int run_one(const std::string& name) {
  const auto fuzz_case = sim::FuzzCase::parse(name);
  if (!fuzz_case) {
    fmt::print(
        stderr,
        "simulate: '{}' names no case; a case is a seed and what was left out, as in 4711 or "
        "4711-f2-u0-h\n",
        name);
    return kExitBadUsage;
  }
  running_case = name;
  const auto result = sim::run_case(*fuzz_case);
  if (result.violation) {
    print_violation(*result.violation, *fuzz_case);
    return kExitFailed;
  }
  fmt::print("{}\n{} requests, {} decisions, every invariant kept\n",
             sim::describe(sim::scenario_of(*fuzz_case)), result.requests, result.decisions);
  return kExitOk;
}

}  // namespace

int fuzz_command(const FuzzOptions& options) {
  std::set_terminate(name_the_case);
  if (!options.name.empty()) return run_one(options.name);
  ProgressLine progress;
  const TimePoint began = net::now();
  running_case = std::to_string(options.first_seed);
  const auto report = sim::fuzz(options.first_seed, options.cases, {}, [&](std::uint64_t done) {
    running_case = std::to_string(options.first_seed + done);
    progress.show("fuzz", static_cast<double>(done), static_cast<double>(options.cases));
  });
  progress.clear();
  const double wall_s = to_seconds(net::now() - began);
  if (options.json) {
    fmt::print(
        R"({{"cases":{},"requests":{},"decisions":{},"violations":{},"first_seed":{},"smallest":"{}",)"
        R"("invariant":"{}","wall_s":{:.3f}}})"
        "\n",
        report.cases, report.requests, report.decisions, report.shrunk ? 1 : 0, options.first_seed,
        report.shrunk ? report.shrunk->smallest.name() : "",
        report.shrunk ? report.shrunk->violation.invariant : "", wall_s);
  } else if (!report.shrunk) {
    fmt::print("{} cases, {} requests, {} decisions in {:.1f} s: every invariant kept\n",
               report.cases, report.requests, report.decisions, wall_s);
  } else {
    fmt::print("case {} of {} fails; made small in {} tries:\n\n", report.cases, options.cases,
               report.shrunk->tried);
    print_violation(report.shrunk->violation, report.shrunk->smallest);
  }
  return report.shrunk ? kExitFailed : kExitOk;
}

}  // namespace signalbox::apps
