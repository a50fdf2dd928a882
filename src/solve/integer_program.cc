// SPDX-License-Identifier: Apache-2.0
//
// CBC, called as a function. Only branch and bound with two kinds of cuts: the programs here are
// small, and what CBC's own main program does before it starts takes longer than they do.
#include "solve/integer_program.h"

#include <cmath>
#include <coin/CbcModel.hpp>
#include <coin/CglGomory.hpp>
#include <coin/CglMixedIntegerRounding2.hpp>
#include <coin/OsiClpSolverInterface.hpp>

#include "base/assert.h"

namespace signalbox::solve {

namespace {

CoinPackedMatrix matrix_of(const IntegerProgram& program) {
  CoinPackedMatrix matrix(false, 0.0, 0.0);
  matrix.setDimensions(0, static_cast<int>(program.columns.size()));
  for (const auto& row : program.rows) {
    CoinPackedVector entries;
    for (const auto& entry : row.entries) {
      SIGNALBOX_ASSERT(entry.column < program.columns.size());
      entries.insert(static_cast<int>(entry.column), entry.value);
    }
    matrix.appendRow(entries);
  }
  return matrix;
}

void load(const IntegerProgram& program, OsiClpSolverInterface& solver) {
  std::vector<double> least, most, cost, row_least, row_most;
  for (const auto& column : program.columns) {
    least.push_back(column.least);
    most.push_back(std::isinf(column.most) ? COIN_DBL_MAX : column.most);
    cost.push_back(column.cost);
  }
  for (const auto& row : program.rows) {
    row_least.push_back(row.least);
    row_most.push_back(COIN_DBL_MAX);
  }
  solver.messageHandler()->setLogLevel(0);
  solver.setHintParam(OsiDoReducePrint, true, OsiHintTry);
  solver.loadProblem(matrix_of(program), least.data(), most.data(), cost.data(), row_least.data(),
                     row_most.data());
  for (std::size_t j = 0; j < program.columns.size(); ++j) {
    if (program.columns[j].whole) solver.setInteger(static_cast<int>(j));
  }
  solver.setDblParam(OsiPrimalTolerance, 1e-8);
}

}  // namespace

IntegerSolution solve(const IntegerProgram& program, int node_limit) {
  SIGNALBOX_ASSERT(node_limit >= 0);
  OsiClpSolverInterface solver;
  load(program, solver);

  IntegerSolution solution;
  solver.initialSolve();
  if (solver.isProvenPrimalInfeasible()) {
    solution.end = IntegerSolution::End::kInfeasible;
    return solution;
  }

  CbcModel model(solver);
  model.setLogLevel(0);
  model.messageHandler()->setLogLevel(0);
  model.setMaximumNodes(node_limit);
  model.setIntegerTolerance(1e-9);
  model.setAllowableGap(1e-9);
  model.setDblParam(CbcModel::CbcAllowableFractionGap, 0.0);
  CglGomory gomory;
  CglMixedIntegerRounding2 rounding;
  model.addCutGenerator(&gomory, -1, "Gomory");
  model.addCutGenerator(&rounding, -1, "Rounding");
  model.branchAndBound(0);

  solution.nodes = model.getNodeCount();
  if (model.isProvenInfeasible()) {
    solution.end = IntegerSolution::End::kInfeasible;
    return solution;
  }
  solution.bound = model.getBestPossibleObjValue();
  if (model.isProvenOptimal()) solution.end = IntegerSolution::End::kOptimal;
  if (const double* best = model.bestSolution(); best != nullptr) {
    solution.values.assign(best, best + program.columns.size());
    for (std::size_t j = 0; j < program.columns.size(); ++j) {
      if (program.columns[j].whole) solution.values[j] = std::round(solution.values[j]);
    }
  }
  return solution;
}

}  // namespace signalbox::solve
