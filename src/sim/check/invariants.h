// SPDX-License-Identifier: Apache-2.0
//
// What must hold in every run, whatever the fleet and whatever befalls it. Checked from outside:
// the scenario says what is true, the run says what was done, and nothing the core believes is
// trusted. The first breach is kept, in words.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sim/run/run_result.h"
#include "sim/run/scenario.h"
#include "sim/run/witness.h"

namespace signalbox::sim {

struct Violation {
  std::string invariant;  // its name, as listed below
  std::string what;       // what happened, with ids and numbers
  TimePoint at{};
};

// request-lost          every request gets exactly one answer
// forbidden-unit        only units the service names serve its requests
// unready-endpoint      only endpoints the view calls ready are sent requests
// slot-overbooked       no endpoint serves more requests at once than it has slots
// replica-limit         no more replicas than the unit's max_replicas
// launch-limit          no more launches of a unit in a tick than the guardrail allows
// drain-limit           nor drains, but of what is sick or taken back
// budget                no launch takes the cost rate past the budget
// freeze                a frozen fleet starts and stops nothing
// hold-bound            no more requests held than max_held
// hold-patience         none held longer than the service's patience
// mode-switches         no more mode changes than the dwell allows, each with its evidence
// costs-add-up          the provider's bill is what its replicas' lives cost
// explained             a forward names the chosen candidate, and it is the endpoint's unit
class Invariants final : public Witness {
 public:
  // `scenario` is the truth and must outlive this.
  explicit Invariants(const Scenario& scenario);

  void on_arrival(RequestId id, std::size_t traffic, TimePoint now) override;
  void on_decision(const core::Decision& decision, TimePoint now) override;
  void on_answer(RequestId id, int status, TimePoint now) override;
  void on_serving(RequestId id, EndpointId endpoint, int in_service, TimePoint now) override;
  void on_tick(const core::Plan& plan, const std::shared_ptr<const core::FleetView>& view,
               TimePoint now) override;
  void on_launch(EndpointId endpoint, UnitId unit, bool accepted, TimePoint now) override;
  void on_gone(EndpointId endpoint, TimePoint now) override;

  // What only the end can tell.
  void on_result(const RunResult& result);

  const std::optional<Violation>& first() const { return first_; }

 private:
  struct Open {
    std::size_t service = 0;
    std::optional<TimePoint> held_since;
  };
  struct Life {
    UnitId unit;
    TimePoint from;
    std::optional<TimePoint> until;
  };

  void breach(const char* invariant, std::string what, TimePoint now);
  void check_commands(const core::Plan& plan, TimePoint now);
  void check_limits(const core::FleetView& view, TimePoint now);
  void check_modes(const core::Plan& plan, TimePoint now);
  void release(Open& open, TimePoint now);

  const Scenario& scenario_;
  std::vector<bool> may_be_drained_;  // by unit: the guardrail on drains does not hold for it
  bool prices_stand_ = true;          // no price moves and nobody lies about one
  std::unordered_map<RequestId, Open> open_;
  std::uint64_t arrived_ = 0;
  std::vector<int> held_;  // by service
  std::unordered_map<EndpointId, core::EndpointState> states_;
  std::unordered_map<EndpointId, UnitId> units_;
  std::map<EndpointId, Life> lives_;         // of what was launched
  std::vector<std::uint64_t> mode_changes_;  // by service
  TimePoint last_tick_{};
  std::optional<Violation> first_;
};

}  // namespace signalbox::sim
