// SPDX-License-Identifier: Apache-2.0
//
// Tasks, threads and choices; see campaign.h. Tasks of one seed stand together, because they share
// what hindsight knows of it.
#include "bench/policy/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "net/clock.h"

namespace signalbox::bench {

namespace {

// Seeds to tune on; those to report on begin at 1.
constexpr std::uint64_t kFirstTuningSeed = 1001;

const char* name_of(sim::RouterChoice router) {
  return router == sim::RouterChoice::kNative ? "native" : "same";
}

// The first half, its first twentieth not counted: every fleet begins empty.
sim::Scenario first_half(const sim::Scenario& scenario) {
  sim::Scenario half = scenario;
  half.length = scenario.length / 2;
  half.report_from = half.length / 20;
  return half;
}

std::vector<sim::RouterChoice> routers(const Course& course, const sim::PolicySpec& policy) {
  if (!course.same_router_too || policy.native_routing == core::RoutingPolicy::kSignalbox) {
    return {sim::RouterChoice::kNative};
  }
  return {sim::RouterChoice::kNative, sim::RouterChoice::kSignalbox};
}

}  // namespace

Campaign::Campaign(const std::vector<Course>& courses, RunStore& store, int threads,
                   Progress progress)
    : courses_(courses), store_(store), threads_(threads), progress_(std::move(progress)) {
  for (const Course& course : courses_) {
    for (const auto& policy : sim::policies()) {
      const std::size_t ways = routers(course, policy).size();
      all_ += ways * (policy.grid.size() * static_cast<std::size_t>(course.tuning_seeds) +
                      static_cast<std::size_t>(course.seeds));
    }
  }
}

namespace {

std::string key_of(const std::string& scenario, const sim::PolicySpec& policy,
                   sim::RouterChoice router, bool tuning, std::size_t point, std::uint64_t seed) {
  return fmt::format("{}/{}/{}/{}/{}/{}", scenario, policy.name, name_of(router),
                     tuning ? "tune" : "report", point, seed);
}

}  // namespace

std::vector<Campaign::Task> Campaign::tuning_tasks(const Course& course) const {
  std::vector<Task> tasks;
  for (int i = 0; i < course.tuning_seeds; ++i) {
    const std::uint64_t seed = kFirstTuningSeed + static_cast<std::uint64_t>(i);
    for (const auto& policy : sim::policies()) {
      for (const auto router : routers(course, policy)) {
        for (std::size_t point = 0; point < policy.grid.size(); ++point) {
          tasks.push_back({&course, &policy, router, true, point, seed});
        }
      }
    }
  }
  return tasks;
}

std::vector<Campaign::Task> Campaign::reporting_tasks(const Course& course) const {
  std::vector<Task> tasks;
  for (int i = 0; i < course.seeds; ++i) {
    for (const auto& policy : sim::policies()) {
      for (const auto router : routers(course, policy)) {
        tasks.push_back({&course, &policy, router, false, chosen_point(course, policy, router),
                         static_cast<std::uint64_t>(i) + 1});
      }
    }
  }
  return tasks;
}

// The cheapest point that reaches the objective on the first half; where none does, the one that
// comes nearest.
std::size_t Campaign::chosen_point(const Course& course, const sim::PolicySpec& policy,
                                   sim::RouterChoice router) const {
  struct Score {
    double missing = 1.0;
    double cost = 0.0;
  };
  std::size_t best = 0;
  std::optional<Score> best_score;
  for (std::size_t point = 0; point < policy.grid.size(); ++point) {
    double within = 0.0;
    double requests = 0.0;
    Score score;
    bool complete = true;
    for (int i = 0; i < course.tuning_seeds; ++i) {
      const auto* run = store_.find(key_of(course.scenario.name, policy, router, true, point,
                                           kFirstTuningSeed + static_cast<std::uint64_t>(i)));
      if (run == nullptr) {
        complete = false;
        break;
      }
      within += static_cast<double>(run->result.totals.within_objective);
      requests += static_cast<double>(run->result.totals.requests);
      score.cost += run->result.totals.cost_usd;
    }
    if (!complete || requests == 0.0) continue;
    score.missing = std::max(0.0, course.wanted - within / requests);
    if (!best_score ||
        std::pair(score.missing, score.cost) < std::pair(best_score->missing, best_score->cost)) {
      best = point;
      best_score = score;
    }
  }
  return best;
}

void Campaign::run(const std::atomic<bool>& stop) {
  for (const Course& course : courses_) {
    carry_out(tuning_tasks(course), stop);
    if (stop) return;
    carry_out(reporting_tasks(course), stop);
    if (stop) return;
  }
}

void Campaign::carry_out(const std::vector<Task>& tasks, const std::atomic<bool>& stop) {
  std::mutex lock;
  std::size_t next = 0;
  const auto work = [&] {
    std::optional<sim::Hindsight> hindsight;
    std::optional<sim::Scenario> scenario;
    const Course* course = nullptr;
    std::uint64_t seed = 0;
    while (!stop) {
      const Task* task = nullptr;
      {
        const std::lock_guard guard(lock);
        while (next < tasks.size()) {
          const Task& candidate = tasks[next++];
          ++done_;
          if (store_.find(key_of(candidate.course->scenario.name, *candidate.policy,
                                 candidate.router, candidate.tuning, candidate.point,
                                 candidate.seed)) == nullptr) {
            task = &candidate;
            break;
          }
        }
        if (task == nullptr) return;
        progress_(fmt::format("{} {} {} seed {}", task->course->scenario.name, task->policy->name,
                              task->tuning ? fmt::format("tuning {}", task->point + 1)
                                           : std::string("reporting"),
                              task->seed),
                  done_, all_);
      }
      if (!hindsight || course != task->course || seed != task->seed) {
        course = task->course;
        seed = task->seed;
        hindsight.reset();
        scenario = task->tuning ? first_half(course->scenario) : course->scenario;
        hindsight.emplace(*scenario, seed);
      }
      carry_out(*task, *scenario, *hindsight);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

void Campaign::carry_out(const Task& task, const sim::Scenario& scenario,
                         sim::Hindsight& hindsight) {
  sim::Experiment experiment;
  experiment.scenario = &scenario;
  experiment.policy = task.policy;
  experiment.parameters = task.policy->grid[task.point];
  experiment.router = task.router;
  experiment.options.seed = task.seed;
  const TimePoint began = net::now();
  sim::MeasuredRun run;
  run.result = sim::run(experiment, hindsight);
  run.wall_s = to_seconds(net::now() - began);
  run.reported = scenario.length - scenario.report_from;
  for (const auto forwarded : run.result.forwarded) run.simulated_requests += forwarded;
  if (!task.tuning) {
    const auto bound = hindsight.bound_usd(1.0 - run.result.totals.slo_attainment());
    if (bound.ok()) run.lower_bound_usd = *bound;
  }
  store_.add(key_of(scenario.name, *task.policy, task.router, task.tuning, task.point, task.seed),
             run);
}

std::vector<CourseResult> Campaign::results() const {
  std::vector<CourseResult> results;
  for (const Course& course : courses_) {
    CourseResult result{&course, course.seeds, {}};
    for (const auto& policy : sim::policies()) {
      for (const auto router : routers(course, policy)) {
        const std::size_t point = chosen_point(course, policy, router);
        Entry entry{&policy, router, policy.grid[point], {}};
        for (int i = 0; i < course.seeds; ++i) {
          const auto* run = store_.find(key_of(course.scenario.name, policy, router, false, point,
                                               static_cast<std::uint64_t>(i) + 1));
          if (run == nullptr) break;
          entry.runs.push_back(*run);
        }
        result.seeds_done = std::min(result.seeds_done, static_cast<int>(entry.runs.size()));
        result.entries.push_back(std::move(entry));
      }
    }
    for (Entry& entry : result.entries) {
      entry.runs.resize(static_cast<std::size_t>(result.seeds_done));
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace signalbox::bench
