// SPDX-License-Identifier: Apache-2.0
//
// What `signalbox plan` shows, compared with files that people review.
#include "observe/plan_report.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "core/scale/fleet_plan.h"
#include "core/scale/what_if.h"
#include "observe/golden.h"
#include "observe/plan_frontier.h"

namespace signalbox::observe {
namespace {

core::UnitSpec unit(std::string name, std::string zone, double plateau_per_s, double price,
                    int most) {
  core::UnitSpec made;
  made.name = std::move(name);
  made.zone = std::move(zone);
  made.price_usd_per_hour = price;
  made.profile = core::Profile::single_server(plateau_per_s, 0.05);
  made.managed = true;
  made.max_replicas = most;
  return made;
}

core::FleetSpec small_fleet() {
  core::FleetSpec spec;
  spec.units = {unit("inf2", "us-west-2a", 2.05, 0.7582, 15),
                unit("g5", "us-west-2b", 1.667, 1.0060, 40),
                unit("own-a10g", "cellar", 1.667, 0.35, 4)};
  spec.units[2].tier = core::Tier::kOwned;
  core::ServiceSpec service;
  service.name = "sd21";
  service.units = {UnitId(0), UnitId(1), UnitId(2)};
  spec.services = {service};
  return spec;
}

PlanReport report_of(const core::FleetSpec& spec, double demand_per_s,
                     std::vector<UnitId> lost = {}) {
  PlanReport report;
  report.config = "small.yaml";
  report.spec = &spec;
  report.what_if.demand_per_s = {demand_per_s};
  report.what_if.lost = std::move(lost);
  report.question = core::ask_what_if(spec, report.what_if);
  report.plan = core::plan_fleet(report.question.problem);
  if (obstacle_of(report).empty()) report.second = runner_up(spec, report.what_if, report.plan);
  return report;
}

TEST(PlanReport, a_plan_its_bound_and_what_came_second) {
  const core::FleetSpec spec = small_fleet();
  expect_golden("plan.txt", render_plan(report_of(spec, 40.0)));
  expect_golden("plan.json", plan_json(report_of(spec, 40.0)) + "\n");
}

TEST(PlanReport, what_stands_in_the_way_and_the_nearest_plan) {
  core::FleetSpec spec = small_fleet();
  spec.units[1].max_replicas = 3;
  expect_golden("plan_impossible.txt", render_plan(report_of(spec, 40.0, {UnitId(0)})));
  expect_golden("plan_impossible.json", plan_json(report_of(spec, 40.0, {UnitId(0)})) + "\n");
}

TEST(PlanReport, no_value_of_the_json_is_nested) {
  const core::FleetSpec spec = small_fleet();
  const auto object = boost::json::parse(plan_json(report_of(spec, 40.0))).as_object();
  for (const auto& [key, value] : object) {
    EXPECT_FALSE(value.is_object() || value.is_array()) << std::string(key);
  }
}

PlanFrontier small_frontier() {
  PlanFrontier frontier;
  frontier.question = "40.0 requests/s of <sd21> & more";
  frontier.latencies = {{0.5, "1s"}, {1.0, "2s"}, {2.0, "4s"}};
  frontier.lines = {
      {core::Resilience::kNone,
       "",
       {{true, 16.1, 16.0, ""}, {true, 15.2, 15.1, ""}, {true, 15, 15, ""}}},
      {core::Resilience::kZone,
       "",
       {{false, 0.0, 0.0, "too little is left"}, {true, 22.5, 22.0, ""}, {true, 22.0, 21.9, ""}}},
      {core::Resilience::kUnit, "all units of service sd21 are of one kind", {}}};
  return frontier;
}

TEST(PlanFrontier, a_table_with_what_cannot_be_and_why) {
  expect_golden("plan_frontier.txt", render_frontier(small_frontier()));
}

TEST(PlanFrontier, a_json_object_for_every_cell) {
  expect_golden("plan_frontier.json", frontier_json(small_frontier()));
}

TEST(PlanFrontier, a_plot_that_needs_nothing_else_and_lets_no_markup_in) {
  const std::string svg = frontier_svg(small_frontier());
  expect_golden("plan_frontier.svg", svg);
  EXPECT_NE(svg.find("&lt;sd21&gt; &amp; more"), std::string::npos);
  EXPECT_EQ(svg.find("href"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
}

TEST(PlanFrontier, nothing_that_could_be_planned_is_still_a_plot) {
  PlanFrontier frontier = small_frontier();
  for (auto& line : frontier.lines) {
    for (auto& cell : line.cells) cell.planned = false;
  }
  EXPECT_NE(frontier_svg(frontier).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::observe
