// SPDX-License-Identifier: Apache-2.0
//
// All policies before all scenarios: each is tuned over its grid on the first half of a scenario,
// all with the same budget, and reported on the second half with seeds it was not tuned on. Once
// with the router it was published with and once with ours, so that gains can be attributed.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/policy/run_store.h"
#include "sim/policy/registry.h"
#include "sim/run/scenario.h"
#include "sim/scenario/experiment.h"

namespace signalbox::bench {

// A scenario and how many seeds it is given.
struct Course {
  sim::Scenario scenario;
  int seeds = 20;
  int tuning_seeds = 2;
  bool same_router_too = true;
  double wanted = 0.99;  // share in time that policies are tuned to reach
};

struct Entry {
  const sim::PolicySpec* policy = nullptr;
  sim::RouterChoice router = sim::RouterChoice::kNative;
  sim::Parameters tuned;               // the grid point that was chosen
  std::vector<sim::MeasuredRun> runs;  // on the second half, by seed
};

struct CourseResult {
  const Course* course = nullptr;
  int seeds_done = 0;  // that every entry has
  std::vector<Entry> entries;
};

class Campaign {
 public:
  // Told what runs now, and how many of how many are done.
  using Progress = std::function<void(const std::string& label, std::size_t done, std::size_t all)>;

  // Everything referred to must outlive the campaign.
  Campaign(const std::vector<Course>& courses, RunStore& store, int threads, Progress progress);

  // Runs what the store does not have yet, until all is done or `stop` is set.
  void run(const std::atomic<bool>& stop);

  // What the store has so far: only seeds that every policy has run, so that all are paired.
  std::vector<CourseResult> results() const;

 private:
  struct Task {
    const Course* course;
    const sim::PolicySpec* policy;
    sim::RouterChoice router;
    bool tuning;
    std::size_t point;  // of the grid; while reporting the chosen one
    std::uint64_t seed;
  };

  std::vector<Task> tuning_tasks(const Course& course) const;
  std::vector<Task> reporting_tasks(const Course& course) const;
  std::size_t chosen_point(const Course& course, const sim::PolicySpec& policy,
                           sim::RouterChoice router) const;
  void carry_out(const std::vector<Task>& tasks, const std::atomic<bool>& stop);
  void carry_out(const Task& task, const sim::Scenario& scenario, sim::Hindsight& hindsight);

  const std::vector<Course>& courses_;
  RunStore& store_;
  int threads_;
  Progress progress_;
  std::size_t done_ = 0, all_ = 0;
};

}  // namespace signalbox::bench
