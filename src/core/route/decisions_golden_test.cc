// SPDX-License-Identifier: Apache-2.0
//
// A day of decisions, written out in full, so that a change of policy shows as a diff that a
// reviewer can read. The expected text is compiled in from testdata/decisions.golden, because a
// pure room reads no files, its tests included: to accept a change, put what the test prints there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::paper_fleet;
using testdata::RouterRig;
using testdata::view_of;

constexpr std::string_view kExpected =
#include "core/route/testdata/decisions.golden"
    ;

class Story {
 public:
  explicit Story(const FleetSpec& spec) : spec_(spec) {}

  void tell(std::string_view title) { text_ += fmt::format("\n# {}\n", title); }
  void tell(const RouterRig::Decisions& decisions) {
    for (const auto& decision : decisions) tell(decision);
  }
  void tell(const Decision& decision) {
    text_ += fmt::format("request {}, attempt {}: ", decision.request.value, decision.attempt);
    switch (decision.action) {
      case Action::kForward:
        text_ += fmt::format("forward to {} endpoint {}{}", spec_.unit(decision.unit).name,
                             decision.endpoint.value, decision.late ? ", late" : "");
        break;
      case Action::kHold:
        text_ += "hold";
        break;
      case Action::kReject:
        text_ += fmt::format("reject {} {}", decision.status, to_string(decision.reason));
        if (decision.retry_after > Duration::zero()) {
          text_ += fmt::format(", retry after {} s", to_seconds(decision.retry_after));
        }
    }
    text_ += fmt::format("; {} by {}\n", to_string(decision.mode), to_string(decision.routing));
    for (const auto& candidate : decision.candidates) {
      text_ += fmt::format("  {:<10} {:<13} {:.3f} s  in time {:.4f}  ${:.6f}", name(candidate),
                           to_string(candidate.verdict), to_seconds(candidate.predicted),
                           candidate.probability, candidate.cost_usd);
      if (candidate.weight > 0.0) text_ += fmt::format("  weight {:.3f}", candidate.weight);
      text_ += '\n';
    }
    if (!decision.fallbacks.empty()) {
      text_ += "  fallbacks:";
      for (const auto endpoint : decision.fallbacks) text_ += fmt::format(" {}", endpoint.value);
      text_ += '\n';
    }
  }
  const std::string& text() const { return text_; }

 private:
  const std::string& name(const Candidate& candidate) const {
    return spec_.unit(candidate.unit).name;
  }

  const FleetSpec& spec_;
  std::string text_;
};

TEST(DecisionsGolden, a_day_of_decisions_reads_as_written) {
  auto spec = paper_fleet();
  spec.services[0].max_held = 2;
  spec.services[0].patience = 5s;
  const auto shared = std::make_shared<const FleetSpec>(spec);
  Story story(*shared);

  story.tell("Cost mode: the cheapest that meets the objective, then the next cheapest");
  RouterRig rig(view_of(shared, {1, 1, 1, 0, 0}));
  for (std::uint64_t id = 1; id <= 3; ++id) story.tell(rig.ask(id));

  story.tell("Every slot taken: hold, and beyond the bound come back later");
  for (std::uint64_t id = 4; id <= 6; ++id) story.tell(rig.ask(id));

  story.tell("A slot frees: the earliest deadline takes it");
  rig.wait(480ms);
  story.tell(rig.end(1));

  story.tell("The slack runs out: served late when a slot frees");
  rig.wait(1200ms);
  story.tell(rig.end(2));

  story.tell("Its endpoint dies: another unit first, and when none is free, hold again");
  story.tell(rig.end(5, testdata::failed(OutcomeKind::kDied)));

  story.tell("The pause of the dead endpoint ends: it gets another chance");
  story.tell(rig.wait(6s));

  story.tell("Patience ends");
  story.tell(rig.ask(8));
  story.tell(rig.wait(6s));

  story.tell("Silence is final");
  story.tell(rig.end(3, testdata::failed(OutcomeKind::kTimedOut)));

  story.tell("A path nobody answers");
  story.tell(rig.ask(7, "/nowhere"));

  story.tell("Capacity mode: by delay, whatever it costs");
  auto view = view_of(shared, {2, 1, 1, 1, 1}, 2);
  view->services[0].mode = Mode::kCapacityOptimized;
  RouterRig second(view);
  for (std::uint64_t id = 1; id <= 3; ++id) story.tell(second.ask(id));

  story.tell("The paper's weights by efficiency");
  spec.services[0].routing = RoutingPolicy::kPaperWeighted;
  RouterRig third(view_of(spec, {1, 1, 1, 1, 1}, 3));
  for (std::uint64_t id = 1; id <= 2; ++id) story.tell(third.ask(id));

  EXPECT_EQ(story.text(), kExpected) << "accept it in src/core/route/testdata/decisions.golden";
}

}  // namespace
}  // namespace signalbox::core
