// SPDX-License-Identifier: Apache-2.0
//
// A small mixed integer program, and one quiet, repeatable way to solve it with CBC: one thread, no
// output, limits counted in nodes and never in seconds, so that equal programs give equal answers
// on any machine.
#pragma once

#include <cstddef>
#include <vector>

namespace signalbox::solve {

// Minimise cost of columns, subject to rows of `least` or more.
struct IntegerProgram {
  struct Column {
    double cost;
    double least, most;  // most may be infinite
    bool whole;
  };
  struct Entry {
    std::size_t column;
    double value;
  };
  struct Row {
    double least;
    std::vector<Entry> entries;
  };

  std::vector<Column> columns;
  std::vector<Row> rows;
};

struct IntegerSolution {
  enum class End {
    kOptimal,
    kInfeasible,
    kLimit,  // of nodes; values hold the best found, or nothing
  };

  End end = End::kLimit;
  std::vector<double> values;  // by column, whole ones exactly so; empty when none were found
  double bound = 0.0;          // the solver's own, on the cost of any solution; not when infeasible
  int nodes = 0;
};

// Rows hold within 1e-7 of the magnitudes at hand: what must hold exactly is to be checked after.
// REQUIRES: node_limit >= 0.
IntegerSolution solve(const IntegerProgram& program, int node_limit);

}  // namespace signalbox::solve
