// SPDX-License-Identifier: Apache-2.0
//
// The two programs, each with a plain greedy answer beside it: where nodes run out, the better of
// what was found and the greedy one is given. Every answer is counted again in plain arithmetic.
#include "solve/covering.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "solve/integer_program.h"

namespace signalbox::solve {

namespace {

constexpr double kTolerance = 1e-9;  // relative, of capacity against requirement

Cover count_up(const std::vector<CoverOption>& options, std::vector<int> replicas,
               double required) {
  Cover cover;
  cover.replicas = std::move(replicas);
  for (std::size_t i = 0; i < options.size(); ++i) {
    cover.price += cover.replicas[i] * options[i].price;
    cover.capacity += cover.replicas[i] * options[i].capacity;
  }
  cover.covers = cover.capacity >= required * (1.0 - kTolerance);
  return cover;
}

// Replicas in the order of price per capacity until they cover, and then none that can be spared.
Cover greedy_cover(const std::vector<CoverOption>& options, double required) {
  std::vector<std::size_t> order(options.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return options[a].price * options[b].capacity < options[b].price * options[a].capacity;
  });
  std::vector<int> replicas;
  for (const CoverOption& option : options) replicas.push_back(option.least);
  double capacity = count_up(options, replicas, required).capacity;
  for (const std::size_t i : order) {
    const double missing = (required - capacity) / options[i].capacity;
    const double more = std::clamp(std::ceil(missing - kTolerance), 0.0,
                                   static_cast<double>(options[i].most - options[i].least));
    replicas[i] += static_cast<int>(more);
    capacity += more * options[i].capacity;
  }
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    while (replicas[*it] > options[*it].least) {
      --replicas[*it];
      if (count_up(options, replicas, required).covers) continue;
      ++replicas[*it];
      break;
    }
  }
  return count_up(options, replicas, required);
}

// Load of each unit under whole slices, rounded up to replicas.
MelangePlan count_up(const std::vector<MelangeUnit>& units,
                     const std::vector<MelangeBucket>& buckets,
                     const std::vector<std::vector<int>>& slices) {
  MelangePlan plan;
  std::vector<double> load(units.size(), 0.0);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    std::vector<double> shares(units.size(), 0.0);
    for (std::size_t j = 0; j < units.size(); ++j) {
      if (slices[i][j] == 0) continue;
      shares[j] = static_cast<double>(slices[i][j]) / buckets[i].slices;
      load[j] += shares[j] * buckets[i].rate_per_s / buckets[i].throughput_per_s[j];
    }
    plan.shares.push_back(std::move(shares));
  }
  for (std::size_t j = 0; j < units.size(); ++j) {
    plan.replicas.push_back(static_cast<int>(std::ceil(load[j] * (1.0 - kTolerance))));
    plan.price += plan.replicas.back() * units[j].price;
  }
  return plan;
}

bool within_limits(const MelangePlan& plan, const std::vector<MelangeUnit>& units) {
  for (std::size_t j = 0; j < units.size(); ++j) {
    if (plan.replicas[j] > units[j].most) return false;
  }
  return true;
}

// Every slice to the unit that does it for the least money and still has room.
std::optional<MelangePlan> greedy_plan(const std::vector<MelangeUnit>& units,
                                       const std::vector<MelangeBucket>& buckets) {
  std::vector<std::vector<int>> slices(buckets.size(), std::vector<int>(units.size(), 0));
  std::vector<double> load(units.size(), 0.0);
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    for (int slice = 0; slice < buckets[i].slices; ++slice) {
      std::size_t best = units.size();
      double least = std::numeric_limits<double>::infinity();
      double added = 0.0;
      for (std::size_t j = 0; j < units.size(); ++j) {
        const double throughput = buckets[i].throughput_per_s[j];
        if (throughput <= 0.0) continue;
        const double more = buckets[i].rate_per_s / buckets[i].slices / throughput;
        if (load[j] + more > units[j].most * (1.0 + kTolerance)) continue;
        if (more * units[j].price >= least) continue;
        least = more * units[j].price;
        best = j;
        added = more;
      }
      if (best == units.size()) return std::nullopt;
      load[best] += added;
      ++slices[i][best];
    }
  }
  MelangePlan plan = count_up(units, buckets, slices);
  if (!within_limits(plan, units)) return std::nullopt;
  return plan;
}

}  // namespace

Cover cheapest_cover(const std::vector<CoverOption>& options, double required,
                     const CoverLimits& limits) {
  for (const CoverOption& option : options) {
    SIGNALBOX_ASSERT(option.capacity > 0.0 && option.price >= 0.0);
    SIGNALBOX_ASSERT(0 <= option.least && option.least <= option.most);
  }
  Cover greedy = greedy_cover(options, required);
  std::vector<int> least;
  double held = 0.0;
  IntegerProgram program;
  program.rows.emplace_back();
  for (std::size_t i = 0; i < options.size(); ++i) {
    const CoverOption& option = options[i];
    least.push_back(option.least);
    held += option.least * option.capacity;
    // Never more than would do alone, so that a limit of millions is no wide range to search.
    const double useful = std::max(0.0, std::ceil(required / option.capacity));
    const double most = std::max<double>(option.least, std::min<double>(option.most, useful));
    program.columns.push_back({option.price, static_cast<double>(option.least), most, true});
    program.rows[0].entries.push_back({i, required > 0.0 ? option.capacity / required : 1.0});
  }
  if (!greedy.covers || held >= required * (1.0 - kTolerance)) {
    greedy.proven = true;  // nothing to choose
    return greedy;
  }
  // The solver takes a row for kept that is short by its own tolerance. Such an answer is refused
  // by asking for as much more.
  for (const double asked : {1.0, 1.0 + 1e-6}) {
    program.rows[0].least = asked;
    const IntegerSolution solution = solve(program, limits.nodes);
    if (solution.values.empty()) continue;
    std::vector<int> replicas;
    for (const double value : solution.values) replicas.push_back(static_cast<int>(value));
    Cover cover = count_up(options, std::move(replicas), required);
    if (!cover.covers) continue;
    cover.proven = solution.end == IntegerSolution::End::kOptimal && asked == 1.0;
    if (cover.proven || cover.price <= greedy.price) return cover;
    break;
  }
  return greedy;
}

Result<MelangePlan> melange_plan(const std::vector<MelangeUnit>& units,
                                 const std::vector<MelangeBucket>& buckets,
                                 const CoverLimits& limits) {
  for (const MelangeBucket& bucket : buckets) {
    SIGNALBOX_ASSERT(bucket.slices >= 1 && bucket.rate_per_s >= 0.0);
    SIGNALBOX_ASSERT(bucket.throughput_per_s.size() == units.size());
  }
  // Columns: replicas of each unit; then slices of each bucket on each unit that can serve it.
  IntegerProgram program;
  std::vector<IntegerProgram::Row> carried(units.size());  // y_j - load_j >= 0
  for (std::size_t j = 0; j < units.size(); ++j) {
    program.columns.push_back({units[j].price, 0.0, static_cast<double>(units[j].most), true});
    carried[j] = {0.0, {{j, 1.0}}};
  }
  std::vector<std::vector<std::size_t>> column(buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const MelangeBucket& bucket = buckets[i];
    IntegerProgram::Row assigned{static_cast<double>(bucket.slices), {}};
    for (std::size_t j = 0; j < units.size(); ++j) {
      column[i].push_back(program.columns.size());
      const double throughput = bucket.throughput_per_s[j];
      const double most = throughput > 0.0 ? bucket.slices : 0.0;
      program.columns.push_back({0.0, 0.0, most, true});
      assigned.entries.push_back({column[i][j], 1.0});
      if (throughput > 0.0 && bucket.rate_per_s > 0.0) {
        carried[j].entries.push_back(
            {column[i][j], -bucket.rate_per_s / bucket.slices / throughput});
      }
    }
    program.rows.push_back(std::move(assigned));
  }
  for (auto& row : carried) program.rows.push_back(std::move(row));

  const IntegerSolution solution = solve(program, limits.nodes);
  if (solution.end == IntegerSolution::End::kInfeasible) {
    return Error{"no assignment stays within the units' limits"};
  }
  std::optional<MelangePlan> best = greedy_plan(units, buckets);
  if (!solution.values.empty()) {
    std::vector<std::vector<int>> slices(buckets.size());
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      int left = buckets[i].slices;  // a solution may assign more than all; the rest is dropped
      for (std::size_t j = 0; j < units.size(); ++j) {
        const int given = std::min(left, static_cast<int>(solution.values[column[i][j]]));
        slices[i].push_back(given);
        left -= given;
      }
    }
    MelangePlan plan = count_up(units, buckets, slices);
    // Counted again, a load that the solver took for whole within its tolerance may need one more.
    double stated = 0.0;
    for (std::size_t j = 0; j < units.size(); ++j) stated += solution.values[j] * units[j].price;
    plan.proven = solution.end == IntegerSolution::End::kOptimal && within_limits(plan, units) &&
                  plan.price <= stated * (1.0 + kTolerance);
    if (plan.proven) return plan;
    if (within_limits(plan, units) && (!best || plan.price <= best->price)) best = std::move(plan);
  }
  if (!best) return Error{"no plan was found within the limit of nodes"};
  return *std::move(best);
}

}  // namespace signalbox::solve
