// SPDX-License-Identifier: Apache-2.0
//
// What people read of an object: figures of few digits, conditions whose times stay while they
// hold, and words where a spec is refused.
#include "observe/resource_status.h"

#include <gtest/gtest.h>

#include <string>

#include "observe/sample_fleet.h"

namespace signalbox::observe {
namespace {

namespace json = boost::json;

constexpr UnixNanos kEpoch = 1'790'000'000'000'000'000;

struct Desk {
  core::FleetView view = sample_view();
  ModeHistory history;
  Acceptance acceptance;
  json::object before;

  StatusFacts facts() { return {view, history, {kEpoch}, 3, acceptance, before}; }
  json::object service() { return service_status(facts(), "genimage"); }
  json::object unit(const std::string& name) { return unit_status(facts(), name); }
};

std::string condition(const json::object& status, std::string_view type, std::string_view key) {
  for (const auto& each : status.at("conditions").as_array()) {
    if (each.at("type").as_string() == type) return std::string(each.at(key).as_string());
  }
  return "absent";
}

TEST(ResourceStatus, of_a_service_shows_mode_cost_and_bound) {
  Desk desk;
  const auto status = desk.service();
  EXPECT_EQ(status.at("observedGeneration").as_int64(), 3);
  EXPECT_EQ(status.at("mode").as_string(), core::to_string(desk.view.services[0].mode));
  for (const auto key : {"costPerHour", "boundPerHour", "demandPerSecond"}) {
    EXPECT_TRUE(status.at(key).is_string()) << key;
  }
  EXPECT_EQ(condition(status, "Accepted", "status"), "True");
  EXPECT_EQ(condition(status, "Ready", "reason"), "Serving");
}

TEST(ResourceStatus, of_a_service_tells_what_moved_it_into_its_mode) {
  Desk desk;
  core::Plan plan;
  plan.mode_changes.push_back({ServiceId(0), core::Mode::kCostOptimized,
                               core::Mode::kCapacityOptimized, kSampleNow, kSampleNow,
                               "a launch of sd21-inf2-neuron was refused"});
  desk.history.record(plan);
  EXPECT_EQ(desk.service().at("evidence").as_string(), "a launch of sd21-inf2-neuron was refused");
}

TEST(ResourceStatus, of_a_unit_says_whether_its_pool_gives) {
  Desk desk;
  EXPECT_EQ(condition(desk.unit("sd21-inf2-neuron"), "Launchable", "status"), "False");
  EXPECT_EQ(condition(desk.unit("sd21-inf2-neuron"), "Launchable", "reason"),
            "InsufficientCapacity");
  EXPECT_EQ(condition(desk.unit("sd21-trn1-neuron"), "Launchable", "status"), "True");
}

TEST(ResourceStatus, of_a_unit_that_is_only_watched_has_nothing_wanted) {
  Desk desk;
  auto spec = std::make_shared<core::FleetSpec>(*desk.view.spec);
  spec->units[1].managed = false;
  desk.view.spec = spec;
  const auto status = desk.unit("sd21-trn1-neuron");
  EXPECT_FALSE(status.contains("wanted"));
  EXPECT_EQ(condition(status, "Launchable", "status"), "absent");
}

TEST(ResourceStatus, of_a_refused_spec_says_why_and_what_stays_in_force) {
  Desk desk;
  desk.acceptance = {true, false, "Invalid", "spec.slots: 0 is below 1"};
  EXPECT_EQ(condition(desk.service(), "Accepted", "status"), "False");
  EXPECT_EQ(condition(desk.service(), "Accepted", "message"),
            "spec.slots: 0 is below 1; the spec before it stays in force");
  desk.acceptance.is_in_force = false;
  const auto out = unit_status(desk.facts(), "unknown to the view");
  EXPECT_EQ(condition(out, "Ready", "reason"), "NotInForce");
  EXPECT_FALSE(out.contains("ready"));
}

TEST(ResourceStatus, keeps_the_time_of_a_condition_while_it_holds) {
  Desk desk;
  desk.before = desk.unit("sd21-inf2-neuron");
  const std::string since = condition(desk.before, "Launchable", "lastTransitionTime");
  desk.view.at += 1h;
  EXPECT_EQ(condition(desk.unit("sd21-inf2-neuron"), "Launchable", "lastTransitionTime"), since);
  desk.view.units[0].launchable = true;
  EXPECT_NE(condition(desk.unit("sd21-inf2-neuron"), "Launchable", "lastTransitionTime"), since);
  EXPECT_EQ(since.size(), std::string("2026-11-24T00:00:00Z").size());
}

TEST(ResourceStatus, another_count_is_news_and_another_figure_is_not) {
  Desk desk;
  const auto before = desk.unit("sd21-trn1-neuron");
  desk.view.units[1].price_usd_per_hour += 0.5;
  desk.view.units[1].slowdown = 1.25;
  EXPECT_NE(desk.unit("sd21-trn1-neuron"), before);
  EXPECT_FALSE(is_news(before, desk.unit("sd21-trn1-neuron")));
  ++desk.view.units[1].ready;
  EXPECT_TRUE(is_news(before, desk.unit("sd21-trn1-neuron")));
  EXPECT_TRUE(is_news({}, before));
}

TEST(ResourceStatus, a_text_beyond_its_bound_is_cut_between_characters) {
  Desk desk;
  std::string reason;
  while (reason.size() < 5000) reason += "\xc3\xa4";
  desk.view.services[0].reason = reason;
  const auto status = desk.service();
  const std::string plan(status.at("plan").as_string());
  EXPECT_LE(plan.size(), 4096U);
  EXPECT_TRUE(plan.ends_with("\xc3\xa4..."));
}

}  // namespace
}  // namespace signalbox::observe
