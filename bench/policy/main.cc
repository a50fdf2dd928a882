// SPDX-License-Identifier: Apache-2.0
//
// `make bench-policy`: every policy before S1 to S4, resumable; writes the tables of
// bench/RESULTS.md. Interrupt it at any time: what is finished is kept, and the tables are written
// from the seeds that every policy has.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bench/policy/campaign.h"
#include "bench/policy/run_store.h"
#include "bench/policy/tables.h"
#include "net/clock.h"
#include "sim/report/progress.h"
#include "sim/scenario/catalogue.h"
#include "sim/workload/trace_directory.h"

namespace {

using namespace signalbox;

std::atomic<bool> stop_wanted{false};

int fail(const Error& error) {
  fmt::print(stderr, "bench-policy: {}\n", error.message);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"All policies before all scenarios; resumable", "bench-policy"};
  std::vector<std::string> names = {"s1", "s2", "s3", "s4"};
  std::map<std::string, int> seeds = {{"s3", 8}};
  int most_seeds = 20;
  int tuning_seeds = 2;
  int threads = 2;
  double minutes = 0.0;
  std::vector<std::string> seeds_of;
  std::vector<std::string> also_wanted = {"s1=0.999"};
  std::vector<std::string> same_router = names;
  std::string folder = "build/bench-policy";
  std::string results = "bench/RESULTS.md";
  app.add_option("--scenario", names, "Which scenarios, in this order")->delimiter(',');
  app.add_option("--seeds", most_seeds, "Seeds of each, at most 8 of s3");
  app.add_option("--tuning-seeds", tuning_seeds, "Seeds each grid point is judged on");
  app.add_option("--threads", threads, "Runs at once");
  app.add_option("--minutes", minutes, "Stop after so long; 0 = when all is done");
  app.add_option("--seeds-of", seeds_of, "Other numbers of seeds for some, as in s3=4")
      ->delimiter(',');
  app.add_option("--same-router", same_router,
                 "Scenarios that are also run with Signalbox's router for all; none for none")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--also-wanted", also_wanted,
                 "Scenarios that are tuned again for another share in time, as in s1=0.999")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--folder", folder, "Where finished runs are kept");
  app.add_option("--results", results, "The file whose tables are written");
  CLI11_PARSE(app, argc, argv);

  for (const auto& text : seeds_of) {
    const auto equals = text.find('=');
    const int count = equals == std::string::npos ? 0 : std::atoi(text.c_str() + equals + 1);
    if (count < 1) return fail({fmt::format("--seeds-of {}: write NAME=COUNT", text)});
    seeds[text.substr(0, equals)] = count;
  }
  const auto traces = sim::TraceDirectory::find();
  if (!traces.ok()) return fail(traces.error());
  std::vector<bench::Course> courses;
  for (const auto& name : names) {
    const auto entry = sim::find_scenario(name);
    if (!entry.ok()) return fail(entry.error());
    auto scenario = (*entry)->build(*traces);
    if (!scenario.ok()) return fail(scenario.error());
    const auto limit = seeds.find(name);
    courses.push_back(
        {std::move(*scenario),
         limit == seeds.end() ? most_seeds : std::min(most_seeds, limit->second), tuning_seeds,
         std::find(same_router.begin(), same_router.end(), name) != same_router.end()});
  }
  for (const auto& text : also_wanted) {
    const auto equals = text.find('=');
    const double wanted =
        equals == std::string::npos ? 0.0 : std::strtod(text.c_str() + equals + 1, nullptr);
    if (wanted <= 0.0 || wanted >= 1.0) {
      return fail({fmt::format("--also-wanted {}: write NAME=SHARE, 0 < SHARE < 1", text)});
    }
    const auto course = std::find_if(courses.begin(), courses.end(), [&](const bench::Course& one) {
      return one.scenario.name == text.substr(0, equals);
    });
    if (course == courses.end()) continue;
    bench::Course again = *course;
    again.wanted = wanted;
    again.same_router_too = false;
    courses.insert(course + 1, std::move(again));
  }
  auto store = bench::RunStore::open(folder);
  if (!store.ok()) return fail(store.error());

  std::signal(SIGINT, [](int) { stop_wanted = true; });
  std::signal(SIGTERM, [](int) { stop_wanted = true; });
  const TimePoint began = net::now();
  TimePoint shown{};
  bench::Campaign campaign(
      courses, *store, threads, [&](const std::string& label, std::size_t done, std::size_t all) {
        const TimePoint now = net::now();
        if (minutes > 0.0 && to_seconds(now - began) > 60.0 * minutes) stop_wanted = true;
        if (now - shown < 5s) return;
        shown = now;
        fmt::print(
            stderr, "{}\n",
            sim::render_progress(
                {label, static_cast<double>(done), static_cast<double>(all), now - began}, 100));
      });
  campaign.run(stop_wanted);

  const auto written = bench::replace_section(results, bench::render_tables(campaign.results()));
  if (!written.ok()) return fail(written.error());
  fmt::print("{}: tables written from {}\n{}", results, store->path(),
             stop_wanted ? "Stopped before the end; the same command goes on from here.\n" : "");
  return 0;
}
