// SPDX-License-Identifier: Apache-2.0
//
// The linear program and its way through CLP. Work is counted in what the largest replica does in a
// slot and money in the smallest slot price, so that all figures are near 1 and the solver's
// absolute tolerances mean something.
//
//   replicas x, launches u, backlog b, dropped z; all >= 0
//   work    of slot k:        sum speed x[k] + z[k] + b[k+1] - b[k] >= arriving[k]
//   growth  of a unit into k: kept x[k-1] - x[k] + u[k] >= -kept_rounding
//   misses:                   - sum z >= -droppable
//   x <= cap, b[k] <= arrived[k] - due[k]
//
// That work done is never negative needs no row: to take work back only asks for it again later.
#include "solve/clairvoyant.h"

#include <algorithm>
#include <cmath>
#include <coin/ClpSimplex.hpp>
#include <coin/CoinPackedMatrix.hpp>
#include <utility>

#include "base/assert.h"

namespace signalbox::solve {

namespace {

constexpr int kNone = -1;

// Columns and rows as they are added; matrix by column.
class Program {
 public:
  explicit Program(const FleetProblem& problem);

  // Sets the last row's bound and solves, from the last optimum where there is one.
  Result<Clairvoyant> solve(double droppable_work, int iteration_limit);

 private:
  struct Entry {
    int row;
    double value;
  };

  int add_row(double least);
  int add_column(double cost, double most, const std::vector<Entry>& entries);
  void lay_out_rows();
  void lay_out_columns();
  void load();
  Clairvoyant read() const;

  const FleetProblem& problem_;
  const std::size_t slots_;
  const std::vector<char> left_out_;
  double work_unit_ = 1.0, money_unit_ = 1.0;

  std::vector<double> row_least_;
  std::vector<double> column_cost_, column_most_;
  std::vector<CoinBigIndex> starts_{0};
  std::vector<int> rows_;
  std::vector<double> values_;

  std::vector<std::vector<int>> growth_row_;  // by unit and slot, kNone where there is none
  std::vector<std::vector<int>> replicas_, launches_;  // columns, by unit and slot
  std::vector<int> dropped_;                           // columns, by slot
  int misses_row_ = kNone;
  ClpSimplex solver_;
  bool solved_before_ = false;
};

Program::Program(const FleetProblem& problem)
    : problem_(problem), slots_(problem.slots()), left_out_(dominated_units(problem)) {
  double cheapest = kUnlimited;
  double strongest = 0.0;
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    const FleetUnit& unit = problem.units[i];
    strongest = std::max(strongest, unit.work_per_s);
    for (const double price : unit.price_usd_per_hour.values) {
      if (price > 0.0) cheapest = std::min(cheapest, price);
    }
  }
  if (strongest > 0.0) work_unit_ = strongest * problem.slot_s;
  if (cheapest != kUnlimited) money_unit_ = cheapest * problem.slot_s / 3600.0;
  lay_out_rows();
  lay_out_columns();
  load();
}

int Program::add_row(double least) {
  row_least_.push_back(least);
  return static_cast<int>(row_least_.size()) - 1;
}

int Program::add_column(double cost, double most, const std::vector<Entry>& entries) {
  column_cost_.push_back(cost);
  column_most_.push_back(most == kUnlimited ? COIN_DBL_MAX : most);
  for (const Entry& entry : entries) {
    rows_.push_back(entry.row);
    values_.push_back(entry.value);
  }
  starts_.push_back(static_cast<CoinBigIndex>(rows_.size()));
  return static_cast<int>(column_cost_.size()) - 1;
}

// Rows: one of work per slot, first; then growth where it costs or is refused; then misses.
void Program::lay_out_rows() {
  for (std::size_t k = 0; k < slots_; ++k) {
    add_row((problem_.arrived[k + 1] - problem_.arrived[k]) / work_unit_);
  }
  growth_row_.assign(problem_.units.size(), std::vector<int>(slots_, kNone));
  for (std::size_t i = 0; i < problem_.units.size(); ++i) {
    const FleetUnit& unit = problem_.units[i];
    if (left_out_[i] != 0) continue;
    for (std::size_t k = 0; k < slots_; ++k) {
      if (k == 0 && !unit.initial) continue;
      if (unit.may_grow.at(k) != 0 && unit.launch_usd.at(k) == 0.0) continue;
      double least = -FleetProblem::kept_rounding(unit, k);
      if (k == 0) least -= *unit.initial * unit.kept.at(0);
      growth_row_[i][k] = add_row(least);
    }
  }
  misses_row_ = add_row(0.0);
}

void Program::lay_out_columns() {
  replicas_.assign(problem_.units.size(), std::vector<int>(slots_, kNone));
  launches_.assign(problem_.units.size(), std::vector<int>(slots_, kNone));
  for (std::size_t k = 0; k < slots_; ++k) {
    const int work_row = static_cast<int>(k);
    for (std::size_t i = 0; i < problem_.units.size(); ++i) {
      const FleetUnit& unit = problem_.units[i];
      if (left_out_[i] != 0) continue;
      std::vector<Entry> entries{{work_row, unit.work_per_s * problem_.slot_s / work_unit_}};
      const int growth = growth_row_[i][k];
      if (growth != kNone) entries.push_back({growth, -1.0});
      if (k + 1 < slots_ && growth_row_[i][k + 1] != kNone && unit.kept.at(k + 1) > 0.0) {
        entries.push_back({growth_row_[i][k + 1], unit.kept.at(k + 1)});
      }
      replicas_[i][k] =
          add_column(problem_.slot_price_usd(unit, k) / money_unit_, unit.cap.at(k), entries);
      if (growth != kNone && unit.may_grow.at(k) != 0) {
        launches_[i][k] =
            add_column(unit.launch_usd.at(k) / money_unit_, kUnlimited, {{growth, 1.0}});
      }
    }
    dropped_.push_back(add_column(0.0, kUnlimited, {{work_row, 1.0}, {misses_row_, -1.0}}));
    std::vector<Entry> backlog{{work_row, 1.0}};
    if (k + 1 < slots_) backlog.push_back({work_row + 1, -1.0});
    add_column(0.0, (problem_.arrived[k + 1] - problem_.due[k + 1]) / work_unit_, backlog);
  }
}

void Program::load() {
  const std::vector<double> row_most(row_least_.size(), COIN_DBL_MAX);
  const std::vector<double> column_least(column_cost_.size(), 0.0);
  solver_.setLogLevel(0);
  solver_.loadProblem(static_cast<int>(column_cost_.size()), static_cast<int>(row_least_.size()),
                      starts_.data(), rows_.data(), values_.data(), column_least.data(),
                      column_most_.data(), column_cost_.data(), row_least_.data(), row_most.data());
  solver_.setPrimalTolerance(1e-9);
  solver_.setDualTolerance(1e-9);
}

Result<Clairvoyant> Program::solve(double droppable_work, int iteration_limit) {
  solver_.setRowLower(misses_row_, -droppable_work / work_unit_);
  solver_.setMaximumIterations(iteration_limit);
  if (!solved_before_) {
    ClpSolve how;
    how.setSolveType(ClpSolve::useDual);
    how.setPresolveType(ClpSolve::presolveOn);
    solver_.initialSolve(how);
  } else {
    solver_.dual();
  }
  if (solver_.isProvenPrimalInfeasible()) {
    return Error{"the fleet's caps cannot carry the demand with so few misses"};
  }
  if (!solver_.isProvenOptimal()) return Error{"the linear program hit its iteration limit"};
  solved_before_ = true;
  return read();
}

Clairvoyant Program::read() const {
  const double* values = solver_.primalColumnSolution();
  const double* row_prices = solver_.dualRowSolution();
  const auto value = [&](int column) {
    return column == kNone ? 0.0 : std::max(0.0, values[column]);
  };
  Clairvoyant optimum;
  optimum.cost_usd = solver_.objectiveValue() * money_unit_ + problem_.fixed_usd;
  optimum.iterations = solver_.numberIterations();
  optimum.prices.work_usd.resize(slots_);
  optimum.dropped.resize(slots_);
  for (std::size_t k = 0; k < slots_; ++k) {
    optimum.prices.work_usd[k] = std::max(0.0, row_prices[k]) * money_unit_ / work_unit_;
    optimum.dropped[k] = value(dropped_[k]) * work_unit_;
  }
  for (std::size_t i = 0; i < problem_.units.size(); ++i) {
    std::vector<double> replicas(slots_), launches(slots_), growth(slots_, 0.0);
    for (std::size_t k = 0; k < slots_; ++k) {
      replicas[k] = value(replicas_[i][k]);
      launches[k] = value(launches_[i][k]);
      if (growth_row_[i][k] != kNone) growth[k] = row_prices[growth_row_[i][k]] * money_unit_;
    }
    if (left_out_[i] != 0) growth = growth_prices(problem_, i, optimum.prices.work_usd);
    optimum.replicas.push_back(std::move(replicas));
    optimum.launches.push_back(std::move(launches));
    optimum.prices.growth_usd.push_back(std::move(growth));
  }
  return optimum;
}

// Whether `better` can stand in for `other` always: each replica of `other` could be work/work
// replicas of `better` for no more.
bool dominates(const FleetUnit& better, const FleetUnit& other, std::size_t slots) {
  // Replicas that `other` has from before may not be free of launch charges as `better`.
  if (better.initial && !(other.initial && *other.initial == 0.0)) return false;
  for (std::size_t k = 0; k < slots; ++k) {
    if (better.cap.at(k) != kUnlimited || better.kept.at(k) < other.kept.at(k)) return false;
    if (FleetProblem::kept_rounding(other, k) > 0.0) return false;
    if (better.may_grow.at(k) == 0 && other.may_grow.at(k) != 0) return false;
    if (better.price_usd_per_hour.at(k) * other.work_per_s >
        other.price_usd_per_hour.at(k) * better.work_per_s) {
      return false;
    }
    if (better.launch_usd.at(k) * other.work_per_s > other.launch_usd.at(k) * better.work_per_s) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<char> dominated_units(const FleetProblem& problem) {
  std::vector<char> out(problem.units.size(), 0);
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    for (std::size_t j = 0; j < problem.units.size() && out[i] == 0; ++j) {
      if (i == j || out[j] != 0) continue;
      if (dominates(problem.units[j], problem.units[i], problem.slots())) out[i] = 1;
    }
  }
  return out;
}

std::vector<double> cost_rate_usd_per_hour(const FleetProblem& problem,
                                           const Clairvoyant& optimum) {
  const double hours = problem.slot_s / 3600.0;
  const double fixed_rate =
      problem.slots() == 0 ? 0.0
                           : problem.fixed_usd / (hours * static_cast<double>(problem.slots()));
  std::vector<double> rate(problem.slots(), fixed_rate);
  for (std::size_t i = 0; i < problem.units.size(); ++i) {
    const FleetUnit& unit = problem.units[i];
    for (std::size_t k = 0; k < rate.size(); ++k) {
      rate[k] += optimum.replicas[i][k] * unit.price_usd_per_hour.at(k) +
                 optimum.launches[i][k] * unit.launch_usd.at(k) / hours;
    }
  }
  return rate;
}

std::vector<Result<Clairvoyant>> solve_clairvoyant(const FleetProblem& problem,
                                                   const std::vector<double>& droppable_work,
                                                   const ClairvoyantLimits& limits) {
  SIGNALBOX_ASSERT(contradiction(problem).empty());
  std::vector<Result<Clairvoyant>> optima;
  Program program(problem);
  for (const double droppable : droppable_work) {
    SIGNALBOX_ASSERT(droppable >= 0.0);
    optima.push_back(program.solve(droppable, limits.iterations));
  }
  return optima;
}

Result<Clairvoyant> solve_clairvoyant(const FleetProblem& problem,
                                      const ClairvoyantLimits& limits) {
  return solve_clairvoyant(problem, std::vector<double>{problem.droppable_work}, limits).front();
}

}  // namespace signalbox::solve
