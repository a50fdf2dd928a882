// SPDX-License-Identifier: Apache-2.0
//
// A few plans written out in full, so that a change of policy shows as a diff that a reviewer can
// read. The expected text is compiled in from testdata/plans.golden, because a pure room reads no
// files, its tests included: to accept a change, put what the test prints there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/model/testdata/fleets.h"
#include "core/scale/testdata/controller_rig.h"

namespace signalbox::core {
namespace {

using testdata::ControllerRig;
using testdata::kInf2;
using testdata::paper_fleet;

constexpr std::string_view kExpected =
#include "core/scale/testdata/plans.golden"
    ;

class Story {
 public:
  void tell(std::string_view title, const ControllerRig& rig) {
    const Plan& plan = rig.controller.plan();
    const ServicePlan& service = plan.services[0];
    const FleetSpec& spec = rig.controller.spec();
    text_ += fmt::format("\n# {}\n{}, cost ramp {:.2f}: {}\n", title, to_string(service.mode),
                         service.cost_ramp, service.reason);
    text_ +=
        fmt::format("  pays ${:.4f}/h, bound ${:.4f}/h, planned {:.2f}/s, shortfall {:.2f}/s\n",
                    service.cost_usd_per_hour, service.lower_bound_usd_per_hour,
                    service.planned_per_s, service.shortfall_per_s);
    for (std::uint32_t u = 0; u < spec.units.size(); ++u) {
      const UnitView& unit = rig.controller.view()->units[u];
      text_ += fmt::format("  {:<10} target {:>2}  ready {:>2}  booting {:>2}  draining {:>2}",
                           spec.units[u].name, plan.unit_targets[u], unit.ready, unit.booting,
                           unit.draining);
      text_ += fmt::format("  limit {:>2}  ${:.6f} a request{}{}\n", unit.limit,
                           unit.cost_usd_per_request, unit.note.empty() ? "" : "  ", unit.note);
    }
    for (const auto& cut : plan.cuts) {
      text_ += fmt::format("  cut: {} of {} from {} to {}\n", cut.rule, spec.unit(cut.unit).name,
                           cut.wanted, cut.allowed);
    }
    for (; told_ < rig.changes.size(); ++told_) {
      const ModeChange& change = rig.changes[told_];
      text_ += fmt::format("  {:.0f} s: {} -> {}: {}\n", to_seconds(change.at.time_since_epoch()),
                           to_string(change.from), to_string(change.to), change.evidence);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t told_ = 0;
};

TEST(PlansGolden, a_day_of_plans_reads_as_written) {
  Story story;
  ControllerRig rig(paper_fleet());
  rig.run(60, 20.0);
  story.tell("A minute of 20 requests/s", rig);

  rig.dry = {kInf2};
  while (rig.changes.empty()) rig.run(1, 40.0);
  story.tell("Demand doubles and inf2 launches are refused", rig);
  rig.run(60, 40.0);
  story.tell("A minute later others carry what inf2 cannot", rig);

  rig.dry.clear();
  while (rig.changes.size() < 2) rig.run(1, 40.0);
  story.tell("The pool gives again, and the dwell has passed", rig);
  rig.run(60, 40.0);
  story.tell("A minute after the return", rig);

  rig.lose(kInf2, 10);
  rig.tick();
  story.tell("Ten inf2 are taken back", rig);

  rig.run(200, 3.0);
  story.tell("Night", rig);

  auto poor = paper_fleet();
  poor.control.guardrails.budget_usd_per_hour = 6.0;
  ControllerRig bound(poor);
  bound.run(60, 30.0);
  Story second;
  second.tell("A budget of 6 USD/hour against 30 requests/s", bound);

  EXPECT_EQ(story.text() + second.text(), kExpected)
      << "accept it in src/core/scale/testdata/plans.golden";
}

}  // namespace
}  // namespace signalbox::core
