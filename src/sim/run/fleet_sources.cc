// SPDX-License-Identifier: Apache-2.0
//
// The sources a simulated fleet is watched by: at each of its looks a source says what is true of
// prices, pools, power, latency and load, as adapters would from a price feed and from the metrics
// of the replicas' servers - or what its fault makes of that.
#include <cmath>
#include <limits>
#include <utility>

#include "sim/run/fleet_run.h"

namespace signalbox::sim {

void FleetRun::poll(std::size_t index) {
  const SimulatedSource& source = scenario_.sources[index];
  events_.push(now_ + source.interval, {Event::Kind::kPoll, index});
  Voice& voice = voices_[index];
  const ScheduledSourceFault* scheduled =
      in_force(scenario_.source_faults, source.name, now_ - TimePoint{});
  voice.fault = scheduled != nullptr ? scheduled->fault : SourceFault{};
  if (voice.fault.silent) {
    voice.latency.assign(models_.size(), {});
    return;
  }
  if (scheduled != nullptr && !factors_hold(voice.fault, now_ - TimePoint{} - scheduled->at)) {
    voice.fault.price_factor = voice.fault.latency_factor = 1.0;
    voice.fault.load_factor = voice.fault.power_factor = 1.0;
    voice.fault.limit.reset();
  }
  for (std::uint32_t u = 0; u < models_.size(); ++u) say_of_unit(source, voice, UnitId(u));
  if (source.load) say_loads(source, voice);
}

void FleetRun::say_of_unit(const SimulatedSource& source, Voice& voice, UnitId unit) {
  const std::size_t u = unit.index();
  const SourceFault& fault = voice.fault.only.value_or(unit) == unit ? voice.fault : SourceFault{};
  if (source.prices) {
    const double price = provider_.price_usd_per_hour(unit, now_) * fault.price_factor;
    say(source, voice, core::PriceQuote{unit, spoken(voice, {0, u}, price)});
  }
  if (source.limits) {
    const auto& quota = provider_.pool_spec(unit).quota;
    say(source, voice, core::CapacityLimit{unit, fault.limit.value_or(quota.value_or(-1))});
  }
  if (source.power) {
    const double watts = scenario_.fleet.units[u].energy.watts * fault.power_factor;
    if (watts != 0.0) say(source, voice, core::PowerReport{unit, spoken(voice, {1, u}, watts)});
  }
  if (!source.latency) return;
  Voice::Counters& seen = voice.latency[u];
  const auto mean = seen.mean.observe(served_[u].sum_s - seen.sum_from_s,
                                      static_cast<double>(served_[u].count - seen.count_from));
  if (fault.counters_restart) {
    seen.count_from = served_[u].count;
    seen.sum_from_s = served_[u].sum_s;
  }
  if (!mean) return;
  const double mean_s = spoken(voice, {2, u}, mean->value * fault.latency_factor);
  say(source, voice,
      core::LatencyReport{unit, std::isfinite(mean_s) ? from_seconds(mean_s) : Duration{},
                          mean->count});
}

void FleetRun::say_loads(const SimulatedSource& source, Voice& voice) {
  for (std::uint64_t id = 0; id < replicas_.size(); ++id) {
    if (replicas_[id] == nullptr) continue;
    const auto load = static_cast<double>(replicas_[id]->serving.size());
    const double said = spoken(voice, {3, id}, load * voice.fault.load_factor);
    say(source, voice, core::LoadReport{EndpointId(id), said, 0.0});
  }
}

// What a source makes of a value: a stuck one keeps to the last it said of it while it was well.
double FleetRun::spoken(Voice& voice, std::pair<int, std::uint64_t> about, double value) {
  if (voice.fault.not_a_number) return std::numeric_limits<double>::quiet_NaN();
  double& last = voice.last.try_emplace(about, value).first->second;
  if (!voice.fault.frozen) last = value;
  return last;
}

void FleetRun::say(const SimulatedSource& source, Voice& voice, decltype(core::Signal::body) body) {
  std::string name = source.name;
  if (voice.fault.names > 0) {
    name += "-" + std::to_string(voice.said++ % static_cast<std::uint64_t>(voice.fault.names));
  }
  signal({now_ + voice.fault.clock_offset, std::move(name), std::move(body)});
}

}  // namespace signalbox::sim
