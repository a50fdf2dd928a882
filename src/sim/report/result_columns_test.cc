// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_columns.h"

#include <gtest/gtest.h>

#include "sim/report/sample_summaries.h"

namespace signalbox::sim {
namespace {

const ResultColumn& column(std::string_view title) {
  for (const ResultColumn& each : result_columns()) {
    if (each.title == title) return each;
  }
  ADD_FAILURE() << "no column " << title;
  return result_columns().front();
}

using Best = std::vector<bool>;

TEST(ResultColumns, the_best_cost_is_the_least_of_those_that_keep_the_objective) {
  const auto rows = summarise(sample_comparison("s1"));  // ours, keda, static-peak
  EXPECT_EQ(best_rows(column("cost"), rows, 0.99), (Best{true, false, false}));
  EXPECT_EQ(best_rows(column("cost"), rows, std::nullopt), (Best{false, true, false}));
  EXPECT_EQ(best_rows(column("cost"), rows, 0.99999), (Best{false, false, true}));
}

TEST(ResultColumns, more_in_time_is_better_and_less_latency_is) {
  const auto rows = summarise(sample_comparison("s1"));
  EXPECT_EQ(best_rows(column("in time"), rows, 0.99), (Best{false, false, true}));
  EXPECT_EQ(best_rows(column("p99"), rows, 0.99), (Best{false, false, true}));
}

TEST(ResultColumns, nothing_is_best_among_equals_or_alone) {
  const auto rows = summarise(sample_comparison("s1"));
  EXPECT_EQ(best_rows(column("p50"), rows, 0.99), (Best{false, false, false}));
  EXPECT_EQ(best_rows(column("cost"), std::span(rows).first(1), 0.99), (Best{false}));
  const std::vector<PolicySummary> twins = {rows[0], rows[0]};
  EXPECT_EQ(best_rows(column("cost"), twins, 0.99), (Best{false, false}));
}

TEST(ResultColumns, when_all_miss_the_objective_none_is_cheapest) {
  const auto rows = summarise(sample_comparison("s1"));
  EXPECT_EQ(best_rows(column("cost"), std::span(rows).subspan(1, 1), 0.99), (Best{false}));
  std::vector<PolicySummary> missing = {rows[1], rows[1]};
  missing[1].cost_usd += 1;
  EXPECT_EQ(best_rows(column("cost"), missing, 0.99), (Best{false, false}));
}

TEST(ResultColumns, what_is_unknown_does_not_compete) {
  auto rows = summarise(sample_comparison("s1"));
  rows[0].gap.reset();
  EXPECT_EQ(column("/bound").text(rows[0]), "-");
  EXPECT_EQ(best_rows(column("/bound"), rows, 0.99), (Best{false, false, true}));
}

}  // namespace
}  // namespace signalbox::sim
