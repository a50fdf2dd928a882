// SPDX-License-Identifier: Apache-2.0
//
// Columns: replicas of each pool for each service; of those, new ones where switching is paid; what
// runs of pools with a floor; what is missed, piece by piece of the curve. Rows: limits, budget,
// and for every service its classes with nothing lost and after every loss.
#include "solve/fleet_optimum.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include "solve/integer_program.h"

namespace signalbox::solve {

namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

class Program {
 public:
  explicit Program(const core::FleetPlanProblem& problem) : problem_(problem) {
    for (const core::FleetPool& pool : problem.pools) {
      limits_.push_back({-static_cast<double>(pool.most), {}});
      running_.push_back({0.0, {}});
    }
    budget_.least = -problem.budget_usd_per_hour;
    for (std::size_t s = 0; s < problem.services.size(); ++s) add_service(problem.services[s]);
    add_floors();
    for (std::size_t p = 0; p < limits_.size(); ++p) program_.rows.push_back(limits_[p]);
    if (std::isfinite(problem.budget_usd_per_hour)) program_.rows.push_back(budget_);
  }

  const IntegerProgram& program() const { return program_; }

  std::vector<int> replicas(const std::vector<double>& values) const {
    std::vector<int> replicas;
    for (const std::size_t column : replicas_) {
      replicas.push_back(column == kNone ? 0 : static_cast<int>(values[column]));
    }
    return replicas;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::size_t column(double cost, double most, bool whole) {
    program_.columns.push_back({cost, 0.0, most, whole});
    return program_.columns.size() - 1;
  }

  void add_service(const core::FleetService& service) {
    const std::size_t first = replicas_.size();
    for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
      const core::FleetPool& pool = problem_.pools[p];
      if (!carries(service, everything(service), p)) {
        replicas_.push_back(kNone);
        continue;
      }
      const int present = service.present.empty() ? 0 : service.present[p];
      const double price = pool.least > 0 ? 0.0 : pool.price_usd_per_hour;
      const double switching = pool.switching_usd_per_hour;
      const std::size_t own = column(price + (present == 0 ? switching : 0.0), pool.most, true);
      replicas_.push_back(own);
      limits_[p].entries.push_back({own, -1.0});
      running_[p].entries.push_back({own, -1.0});
      if (pool.least == 0) budget_.entries.push_back({own, -pool.price_usd_per_hour});
      if (present > 0 && switching > 0.0) {
        const std::size_t fresh = column(switching, kUnbounded, false);
        program_.rows.push_back({-static_cast<double>(present), {{fresh, 1.0}, {own, -1.0}}});
      }
    }
    add_misses(service, first);
    if (service.classes.empty()) return;
    add_covers(service, first, nullptr);
    if (service.resilience == core::Resilience::kNone) return;
    std::set<std::uint32_t> losses;
    for (const core::FleetPool& pool : problem_.pools) losses.insert(domain(service, pool));
    for (const std::uint32_t lost : losses) add_covers(service, first, &lost);
  }

  // What runs of a pool with a floor is at least the floor, and at least what is used.
  void add_floors() {
    for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
      const core::FleetPool& pool = problem_.pools[p];
      if (pool.least == 0) continue;
      program_.columns.push_back({pool.price_usd_per_hour, static_cast<double>(pool.least),
                                  static_cast<double>(pool.most), false});
      const std::size_t runs = program_.columns.size() - 1;
      running_[p].entries.push_back({runs, 1.0});
      budget_.entries.push_back({runs, -pool.price_usd_per_hour});
      program_.rows.push_back(running_[p]);
    }
  }

  // Capacity, and what is missed of each piece, reach the end of the curve. The last pieces are the
  // cheapest to miss, so a cheapest solution misses from the end.
  void add_misses(const core::FleetService& service, std::size_t first) {
    if (service.misses.pieces.empty()) return;
    const double end = service.misses.pieces.back().until_per_s;
    if (end <= 0.0) return;
    IntegerProgram::Row row = capacity_row(service, first, everything(service), nullptr, end);
    double from = 0.0;
    for (const auto& piece : service.misses.pieces) {
      row.entries.push_back(
          {column(piece.usd_per_hour * end, (piece.until_per_s - from) / end, false), 1.0});
      from = piece.until_per_s;
    }
    program_.rows.push_back(std::move(row));
  }

  void add_covers(const core::FleetService& service, std::size_t first, const std::uint32_t* lost) {
    for (std::uint32_t set = 1; set <= everything(service); ++set) {
      double required = 0.0;
      for (std::size_t c = 0; c < service.classes.size(); ++c) {
        if ((set >> c & 1U) != 0) required += service.classes[c].required_per_s;
      }
      if (required <= 0.0) continue;
      program_.rows.push_back(capacity_row(service, first, set, lost, required));
    }
  }

  // Capacity of the pools that the set of classes may use and that are not lost, in units of
  // `whole`, is at least 1.
  IntegerProgram::Row capacity_row(const core::FleetService& service, std::size_t first,
                                   std::uint32_t set, const std::uint32_t* lost,
                                   double whole) const {
    IntegerProgram::Row row{1.0, {}};
    for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
      if (replicas_[first + p] == kNone || !carries(service, set, p)) continue;
      if (lost != nullptr && domain(service, problem_.pools[p]) == *lost) continue;
      row.entries.push_back({replicas_[first + p], service.capacity_per_s[p] / whole});
    }
    return row;
  }

  static std::uint32_t everything(const core::FleetService& service) {
    return (1U << service.classes.size()) - 1U;
  }
  static std::uint32_t domain(const core::FleetService& service, const core::FleetPool& pool) {
    return service.resilience == core::Resilience::kZone ? pool.zone : pool.unit;
  }
  static bool carries(const core::FleetService& service, std::uint32_t set, std::size_t p) {
    if (service.capacity_per_s[p] <= 0.0) return false;
    if (service.classes.empty()) return true;
    for (std::size_t c = 0; c < service.classes.size(); ++c) {
      const auto& may_use = service.classes[c].may_use;
      if ((set >> c & 1U) != 0 && (may_use.empty() || may_use[p] != 0)) return true;
    }
    return false;
  }

  const core::FleetPlanProblem& problem_;
  IntegerProgram program_;
  std::vector<std::size_t> replicas_;  // columns, by service and pool
  std::vector<IntegerProgram::Row> limits_, running_;
  IntegerProgram::Row budget_;
};

}  // namespace

FleetOptimum fleet_optimum(const core::FleetPlanProblem& problem, int node_limit) {
  FleetOptimum optimum;
  const Program program(problem);
  // A row without entries is met or not whatever is planned, and is no matter for the solver.
  IntegerProgram asked = program.program();
  const bool hopeless = std::any_of(asked.rows.begin(), asked.rows.end(), [](const auto& row) {
    return row.entries.empty() && row.least > 0.0;
  });
  std::erase_if(asked.rows, [](const auto& row) { return row.entries.empty(); });
  if (hopeless) {
    optimum.impossible = optimum.proven = true;
    return optimum;
  }
  if (asked.columns.empty()) {
    optimum.replicas.assign(problem.services.size() * problem.pools.size(), 0);
    optimum.proven = true;
    return optimum;
  }
  const IntegerSolution solution = solve(asked, node_limit);
  optimum.nodes = solution.nodes;
  optimum.impossible = solution.end == IntegerSolution::End::kInfeasible;
  optimum.proven = solution.end != IntegerSolution::End::kLimit;
  optimum.bound_usd_per_hour = solution.bound;
  if (solution.values.empty()) return optimum;
  optimum.replicas = program.replicas(solution.values);
  optimum.cost = core::cost_of(problem, optimum.replicas);
  // The solver's own tolerances are wider than ours: what they let through is no plan.
  if (!core::broken_constraint(problem, optimum.replicas).empty()) {
    optimum.replicas.clear();
    optimum.proven = false;
  }
  return optimum;
}

}  // namespace signalbox::solve
