// SPDX-License-Identifier: Apache-2.0
//
// The paper's own Tables 1 and 2 from its own figures, and what stands beside them.
#include "profiler/compare.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "profiler/golden_file.h"
#include "profiler/sample_profiles.h"

namespace signalbox::profiler {
namespace {

// A unit of which the paper's Table 1 is known: requests per minute at the breaking point.
UnitProfile of_the_paper(std::string name, double price, double per_minute, double latency_s) {
  UnitProfile unit = testing::single_server(std::move(name), per_minute / 60.0 * 1.2, price);
  unit.breaking_per_s = {per_minute / 60.0, per_minute / 60.0, per_minute / 60.0};
  unit.predicted = {{0.0, from_seconds(latency_s), {}, {}, {}},
                    {10.0, from_seconds(latency_s), {}, {}, {}}};
  return unit;
}

const ComparedUnit& named(const UnitComparison& comparison, const std::string& name) {
  for (const ComparedUnit& unit : comparison.units) {
    if (unit.name == name) return unit;
  }
  ADD_FAILURE() << "no unit " << name;
  return comparison.units.front();
}

TEST(Compare, gives_the_papers_tables_from_its_measurements) {
  const UnitComparison found = compare_profiles(
      {of_the_paper("inf2", 0.7582, 105, 0.67), of_the_paper("trn1", 1.3438, 130, 0.51),
       of_the_paper("g5-triton", 1.0060, 90, 0.68), of_the_paper("g6", 0.8048, 61, 0.96),
       of_the_paper("g5-cuda", 1.0060, 60, 0.92)});
  EXPECT_NEAR(found.mean_throughput_per_min, 89.2, 1e-9);
  // "Cost of inference" as printed there; trn1's is 0.01034 by its own figures and 0.01023 in
  // print.
  const struct {
    const char* name;
    double cost, adjusted, usd_per_1000, latency_s;
  } rows[] = {{"inf2", 0.00722, 89.2, 0.120, 0.67},
              {"trn1", 0.01034, 89.2, 0.172, 0.51},
              {"g5-triton", 0.01118, 89.2, 0.186, 0.68},
              {"g6", 0.01319, 61.0, 0.220, 0.96},
              {"g5-cuda", 0.01677, 60.0, 0.279, 0.92}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const ComparedUnit& unit = found.units.at(i);
    EXPECT_EQ(unit.name, rows[i].name);
    EXPECT_NEAR(unit.cost_of_inference, rows[i].cost, 5e-6) << unit.name;
    EXPECT_NEAR(unit.adjusted_throughput_per_min, rows[i].adjusted, 0.01) << unit.name;
    EXPECT_NEAR(unit.usd_per_1000.value, rows[i].usd_per_1000, 5e-4) << unit.name;
    EXPECT_NEAR(unit.usd_per_1000.value, unit.cost_of_inference * 1000.0 / 60.0, 1e-12);
    EXPECT_NEAR(unit.latency_s, rows[i].latency_s, 1e-9) << unit.name;
  }
}

TEST(Compare, reads_well) {
  auto units = testing::paper_units();
  units.push_back(testing::never_holds());
  testing::expect_golden("comparison.txt", render_comparison(compare_profiles(units)));
}

TEST(Compare, a_unit_that_never_holds_is_last_and_costs_nothing_that_could_be_said) {
  const UnitComparison found =
      compare_profiles({testing::never_holds(), testing::single_server("inf2", 2.05, 0.7582)});
  EXPECT_EQ(found.units.front().name, "inf2");
  EXPECT_EQ(found.units.back().usd_per_1000.value, 0.0);
  EXPECT_EQ(found.units.back().adjusted_throughput_per_min, 0.0);
  EXPECT_EQ(found.mean_throughput_per_min, found.units.front().throughput_per_min);
}

TEST(Compare, the_interval_of_a_cost_is_that_of_its_rate_turned_over) {
  const auto found = compare_profiles({testing::single_server("inf2", 2.05, 0.7582)}).units.at(0);
  EXPECT_LT(found.usd_per_1000.low, found.usd_per_1000.value);
  EXPECT_GT(found.usd_per_1000.high, found.usd_per_1000.value);
  EXPECT_NEAR(found.usd_per_1000.low * found.breaking_per_min.high,
              found.usd_per_1000.high * found.breaking_per_min.low, 1e-9);
}

TEST(Compare, latency_at_the_breaking_point_is_on_the_curve_or_at_the_nearest_load) {
  UnitProfile unit = testing::single_server("inf2", 2.0, 0.7582);
  unit.breaking_per_s = {1.05, 1.0, 1.1};
  unit.predicted = {{1.0, 700ms, {}, {}, {}}, {1.1, 800ms, {}, {}, {}}};
  EXPECT_NEAR(compare_profiles({unit}).units[0].latency_s, 0.75, 1e-9);
  unit.predicted.clear();
  const LoadPoint* nearest = nullptr;
  for (const LoadPoint& point : unit.points) {
    if (point.held && point.offered_per_s <= 1.05) nearest = &point;
  }
  EXPECT_NEAR(compare_profiles({unit}).units[0].latency_s, to_seconds(nearest->latency.mean), 1e-9);
}

TEST(Compare, says_what_is_not_comparable) {
  UnitProfile other = testing::single_server("g5", 1.0, 0.0);
  other.objective.latency = 900ms;
  other.task = Task::kChat;
  const auto found = compare_profiles({testing::single_server("inf2", 2.05, 0.7582), other});
  ASSERT_EQ(found.warnings.size(), 3U);
  EXPECT_EQ(
      found.warnings[0],
      "inf2 was measured for 99 % within 2 s, g5 for 99 % within 900 ms: their breaking points "
      "are not of one objective");
  EXPECT_NE(found.warnings[1].find("a request is not the same"), std::string::npos);
  EXPECT_NE(found.warnings[2].find("g5 has no price"), std::string::npos);
  EXPECT_NE(render_comparison(found).find("Note: g5 has no price"), std::string::npos);
}

TEST(Compare, same_names_are_told_apart) {
  const auto unit = testing::single_server("inf2", 2.05, 0.7582);
  const auto found = compare_profiles({unit, unit});
  EXPECT_EQ(named(found, "inf2 (1)").price_usd_per_hour, 0.7582);
  EXPECT_EQ(named(found, "inf2 (2)").price_usd_per_hour, 0.7582);
  EXPECT_TRUE(compare_profiles({}).units.empty());
}

TEST(Compare, programs_get_an_object_a_line) {
  const std::string text = comparison_json(compare_profiles(testing::paper_units()));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  const auto first = boost::json::parse(text.substr(0, text.find('\n'))).as_object();
  EXPECT_EQ(first.at("unit"), "sd21-inf2-neuron");
  EXPECT_NEAR(first.at("plateau_per_min").to_number<double>(), 123.0, 1e-6);
}

}  // namespace
}  // namespace signalbox::profiler
