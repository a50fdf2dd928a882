// SPDX-License-Identifier: Apache-2.0
//
// The numbers of S4; see s4_language.h. Replicas are simulated: nothing here was measured on the
// hardware they are named after.
#include "sim/scenario/s4_language.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/llm_profile.h"
#include "sim/engine/zone_loss.h"
#include "sim/workload/llm_mix.h"
#include "sim/workload/servegen_shape.h"

namespace signalbox::sim {

namespace {

constexpr double kPeakPerS = 12.0;
constexpr double kA100UsdPerHour = 3.67;
constexpr int kPlenty = 40;
constexpr Duration kDay = 24h;
constexpr int kDays = 2;

// Azure's conversations: a thousand tokens in, two hundred out.
constexpr LlmReference kReference = {.prompt_tokens = 1155, .output_tokens = 211, .spread = 0.8};

// Fewer slots than the memory has room for: a full batch of 48 is too slow to talk to.
constexpr int kSlots = 32;
LlmReplica with_slots(const LlmReplica& replica) {
  return llm_replica(replica.name, replica.relative_cost, kSlots, replica.shape, kReference);
}
LlmReplica a100() { return with_slots(llm_a100(kReference)); }
LlmReplica a40() { return with_slots(llm_a40(kReference)); }

core::UnitSpec unit_of(const LlmReplica& replica, const std::string& zone) {
  core::UnitSpec unit;
  unit.name = replica.name + "-" + zone;
  unit.model = "chat-7b";
  unit.hardware = replica.name;
  unit.framework = "vllm";
  unit.zone = zone;
  unit.price_usd_per_hour = kA100UsdPerHour * replica.relative_cost;
  unit.profile = replica.profile;
  unit.slots = replica.slots;
  unit.managed = true;
  unit.max_replicas = kPlenty;
  return unit;
}

// What befalls the fleet in one half of the run, `from` its beginning.
void add_gray_day(Scenario& scenario, Duration from) {
  const UnitId first(0);
  const UnitId third(2);
  const auto at = [&](Duration since, UnitId unit, const Fault& fault) {
    scenario.faults.push_back({from + since, unit, fault});
  };
  Fault heal;
  heal.heal = true;
  Fault slow;
  slow.slow_nodes = SlowNodes{0.2, 3.0};
  Fault failing_boots;
  failing_boots.boot_failure = 0.2;
  for (const UnitId unit : {first, third}) {
    at(4h, unit, slow);
    at(4h + 30min, unit, heal);
  }
  for (std::uint32_t u = 0; u < scenario.fleet.units.size(); ++u) {
    at(7h, UnitId(u), failing_boots);
    at(9h, UnitId(u), heal);
  }
  scenario.signal_faults.push_back({from + 12h, from + 12h + 10min, SignalFault{.blackout = true}});
  for (const auto& fault : zone_loss(scenario.fleet.units, "a", from + 15h, from + 16h)) {
    scenario.faults.push_back(fault);
  }
}

// The curve with five times its rate for ten minutes of each day: the same clients, asking more.
RateSeries with_crowds(const RateSeries& curve, Duration length) {
  constexpr Duration kStep = 30s;
  constexpr Duration kFrom = 19h;
  constexpr Duration kFor = 10min;
  std::vector<RateSeries::Point> points;
  for (Duration t{}; t <= length; t += kStep) {
    const Duration of_day = t % kDay;
    const bool crowd = of_day >= kFrom && of_day < kFrom + kFor;
    points.push_back({t, curve.rate_per_s(t) * (crowd ? 5.0 : 1.0)});
  }
  return RateSeries(std::move(points), {.between = RateSeries::Between::kSteps, .length = length});
}

// The most work a replica does in a second, whatever the requests: the better of reading prompts
// and of decoding with a full batch. A request's last token takes no step of its own, half a
// percent of the mean request; the margin covers it.
std::vector<double> most_work_per_s(const TokenMarks& marks, const TokenCost& cost) {
  constexpr double kMargin = 1.02;
  const double mean =
      cost.per_prompt_token * marks.mean_prompt() + cost.per_output_token * marks.mean_output();
  std::vector<double> most;
  for (int zone = 0; zone < 2; ++zone) {
    for (const LlmReplica& replica : {a40(), a100()}) {
      const double reading = cost.per_prompt_token * replica.shape.prefill_tokens_per_s;
      const double decoding = cost.per_output_token * replica.slots /
                              to_seconds(replica.shape.decode_step(replica.slots));
      most.push_back(kMargin * std::max(reading, decoding) / mean);
    }
  }
  return most;
}

}  // namespace

Result<Scenario> s4_language(const TraceDirectory& traces) {
  Scenario scenario;
  scenario.name = "s4";
  scenario.title = "A language model under gray faults";
  scenario.about =
      "Two hundred bursty clients on ServeGen's m-large curve, prompts and answers of Azure's 2023 "
      "conversations, on simulated A100 and A40 replicas in two zones. In each half: a fifth of "
      "two pools three times slower for 30 min, a fifth of all boots fail for 2 h, metrics dark "
      "for 10 min, zone a lost for an hour, five times the rate for 10 min. 99 % within 30 s.";
  for (const char* zone : {"a", "b"}) {
    for (const LlmReplica& replica : {a40(), a100()}) {
      scenario.fleet.units.push_back(unit_of(replica, zone));
      scenario.shapes.push_back(replica.shape);
    }
  }
  core::ServiceSpec service;
  service.name = "chat";
  service.paths = {"/v1/chat/completions"};
  for (std::uint32_t i = 0; i < scenario.fleet.units.size(); ++i) service.units.emplace_back(i);
  service.objective = {.latency = 30s, .quantile = 0.99};
  service.patience = 60s;
  service.timeout = 300s;
  scenario.fleet.services = {service};
  scenario.length = kDay * kDays;
  scenario.report_from = scenario.length / 2;
  for (int half = 0; half < 2; ++half) add_gray_day(scenario, kDay * half);
  std::stable_sort(scenario.faults.begin(), scenario.faults.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });

  bool invented = false;
  std::shared_ptr<const RateSeries> curve;
  if (traces.locate(traces::servegen()).ok()) {
    auto read = load_servegen_curve(traces, kPeakPerS);
    if (!read.ok()) return read.error();
    curve = std::make_shared<const RateSeries>(std::move(*read));
  } else {
    invented = true;
    curve = std::make_shared<const RateSeries>(servegen_curve_synthetic(kPeakPerS));
  }
  const LlmReplica cheap = a40();
  const TokenCost cost = {
      .per_prompt_token = 1.0 / cheap.shape.prefill_tokens_per_s,
      .per_output_token = to_seconds(cheap.shape.decode_step(cheap.slots)) / cheap.slots};
  std::shared_ptr<const TokenMarks> marks;
  if (traces.locate(traces::azure_conversations()).ok()) {
    auto read = load_llm_marks(traces, cost);
    if (!read.ok()) return read.error();
    marks = *read;
  } else {
    invented = true;
    marks = llm_marks_synthetic(cost);
  }
  if (invented) {
    scenario.about += " Not every trace is here: synthetic stand-ins serve in their place.";
  }
  curve = std::make_shared<const RateSeries>(with_crowds(*curve, scenario.length));
  scenario.most_work_per_s = most_work_per_s(*marks, cost);
  LlmMixOptions options;
  options.to = scenario.length;
  scenario.traffic = {{.path = "/v1/chat/completions",
                       .arrivals = [curve, marks, options](std::uint64_t seed) mutable {
                         options.seed = seed;
                         return llm_mix(*curve, marks, options);
                       }}};
  return scenario;
}

Result<Scenario> s4_tokens(const TraceDirectory& traces) {
  auto scenario = s4_language(traces);
  if (!scenario.ok()) return scenario;
  scenario->name = "s4-tokens";
  scenario->title = "A language model under gray faults, owed in tokens";
  scenario->about += " Here 99 % begin within 2 s and write a token each 60 ms.";
  for (auto& unit : scenario->fleet.units) {
    unit.language = llm_language(unit.hardware == a40().name ? a40() : a100(), kReference);
  }
  auto& objective = scenario->fleet.services.front().objective;
  objective.first_token = 2s;
  objective.per_token = 60ms;
  objective.latency = objective.first_token + (kReference.output_tokens - 1) * objective.per_token;
  return scenario;
}

}  // namespace signalbox::sim
