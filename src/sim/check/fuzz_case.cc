// SPDX-License-Identifier: Apache-2.0
//
// Drawing, reducing and naming cases; see fuzz_case.h. Ranges are wide on purpose: prices of zero,
// units that can never meet the objective, pools that are empty, patience shorter than a request.
#include "sim/check/fuzz_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "base/distributions.h"
#include "base/prng.h"
#include "sim/workload/poisson.h"

namespace signalbox::sim {

namespace {

constexpr Duration kLongest = 240s;
constexpr Duration kShortest = 20s;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : prng_(seed) {}

  bool chance(double p) { return prng_.uniform() < p; }
  int between(int low, int high) {
    return low + static_cast<int>(prng_.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  double real(double low, double high) { return draw_uniform(prng_, low, high); }
  Duration time(Duration low, Duration high) { return draw_duration(prng_, low, high); }
  template <class T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[prng_.below(choices.size())];
  }

 private:
  Prng prng_;
};

core::UnitSpec draw_unit(Draw& draw, int index) {
  core::UnitSpec unit;
  unit.name = fmt::format("unit-{}", index);
  unit.zone = draw.chance(0.5) ? "a" : "b";
  unit.price_usd_per_hour = draw.chance(0.1) ? 0.0 : draw.real(0.1, 5.0);
  const double plateau = draw.real(0.3, 8.0);
  const double spread = draw.chance(0.3) ? 0.0 : draw.real(0.0, 0.4);
  unit.slots = draw.chance(0.6) ? 1 : draw.between(2, 6);
  if (unit.slots == 1 || draw.chance(0.3)) {
    unit.profile = core::Profile::single_server(plateau, spread);
  } else {
    const Duration alone = from_seconds(1.0 / plateau);
    unit.profile = core::Profile::measured(
        {{1, alone}, {unit.slots, scale(alone, draw.real(1.0, static_cast<double>(unit.slots)))}},
        spread);
  }
  if (draw.chance(0.15)) {
    const int servers = draw.between(1, 3);
    for (int i = 0; i < servers; ++i) {
      unit.endpoints.push_back({"replica", static_cast<std::uint16_t>(i + 1)});
    }
    return unit;
  }
  unit.managed = true;
  unit.max_replicas = draw.between(1, 12);
  unit.min_replicas = draw.chance(0.3) ? draw.between(0, std::min(3, unit.max_replicas)) : 0;
  unit.boot_time_min = draw.time(1s, 20s);
  unit.boot_time_max = unit.boot_time_min + draw.time(0s, 20s);
  return unit;
}

PoolSpec draw_pool(Draw& draw, const core::UnitSpec& unit, Duration length) {
  PoolSpec pool;
  if (!unit.managed) return pool;
  if (draw.chance(0.2)) pool.quota = draw.between(0, 10);
  if (draw.chance(0.2)) pool.boot_failure = draw.real(0.0, 1.0);
  if (draw.chance(0.2)) {
    pool.warm_up = draw.time(1s, 30s);
    pool.warm_up_slowdown = draw.real(1.0, 5.0);
  }
  if (draw.chance(0.3)) {
    pool.tier = Tier::kSpot;
    pool.notice = draw.time(0s, 20s);
    std::vector<StepSeries<int>::Step> steps;
    for (TimePoint at{}; at < TimePoint{} + length; at += draw.time(5s, 60s)) {
      steps.push_back({at, draw.between(0, 10)});
    }
    pool.capacity = StepSeries<int>(std::move(steps));
  }
  if (draw.chance(0.15)) {
    std::vector<StepSeries<double>::Step> steps;
    for (TimePoint at{}; at < TimePoint{} + length; at += draw.time(10s, 60s)) {
      steps.push_back({at, draw.real(0.0, 5.0)});
    }
    pool.price = StepSeries<double>(std::move(steps));
  }
  return pool;
}

core::ServiceSpec draw_service(Draw& draw, int index, std::size_t units) {
  core::ServiceSpec service;
  service.name = fmt::format("service-{}", index);
  service.paths = {fmt::format("/s{}", index)};
  for (std::uint32_t u = 0; u < units; ++u) {
    if (draw.chance(0.6)) service.units.emplace_back(u);
  }
  if (service.units.empty()) {
    service.units.emplace_back(
        static_cast<std::uint32_t>(draw.between(0, static_cast<int>(units) - 1)));
  }
  service.objective = {.latency = draw.time(300ms, 5s),
                       .quantile = draw.one_of({0.5, 0.9, 0.99, 0.999})};
  service.policy = draw.chance(0.8) ? core::Policy::kCostFirst : core::Policy::kCapacityFirst;
  service.routing =
      draw.chance(0.6)
          ? core::RoutingPolicy::kSignalbox
          : draw.one_of({core::RoutingPolicy::kPaperWeighted, core::RoutingPolicy::kPaperEqual,
                         core::RoutingPolicy::kPaperBinary, core::RoutingPolicy::kRoundRobin,
                         core::RoutingPolicy::kLeastRequest, core::RoutingPolicy::kPowerOfTwo});
  service.objective.per_work = draw.chance(0.2);
  service.when_late = draw.chance(0.7) ? core::WhenLate::kServe : core::WhenLate::kRefuse;
  service.patience = draw.time(100ms, 30s);
  service.max_held = draw.chance(0.3) ? draw.between(0, 10) : 1024;
  service.timeout = draw.time(1s, 20s);
  service.retry_safe = draw.chance(0.8);
  return service;
}

core::ControlSpec draw_control(Draw& draw) {
  core::ControlSpec control;
  control.tick = draw.time(200ms, 2s);
  control.replan = control.tick * draw.between(1, 10);
  control.dwell = draw.time(2s, 60s);
  control.ramp = draw.time(1s, 10s);
  control.bench_time = draw.time(1s, 10s);
  control.max_bench_time = control.bench_time * draw.between(1, 10);
  control.billing_minimum = draw.time(0s, 20s);
  control.guardrails.max_launches_per_tick = draw.between(1, 8);
  control.guardrails.max_drains_per_tick = draw.between(1, 5);
  if (draw.chance(0.3)) control.guardrails.budget_usd_per_hour = draw.real(0.0, 20.0);
  control.guardrails.freeze = draw.chance(0.03);
  return control;
}

Fault draw_fault(Draw& draw) {
  Fault fault;
  switch (draw.between(0, 10)) {
    case 0:
      fault.heal = true;
      break;
    case 1:
      fault.refuse_launches = draw.chance(0.7);
      break;
    case 2:
      fault.cap = draw.chance(0.3) ? std::optional<int>() : std::optional<int>(draw.between(0, 4));
      break;
    case 3:
      fault.lose = draw.real(0.0, 1.0);
      fault.lose_booting = draw.chance(0.5);
      break;
    case 4:
      fault.slowdown = draw.real(0.5, 8.0);
      break;
    case 5:
      fault.error_rate = draw.real(0.0, 1.0);
      break;
    case 6:
      fault.crash = draw.real(0.0, 1.0);
      break;
    case 7:
      fault.hang = draw.real(0.0, 1.0);
      break;
    case 8:
      fault.slow_nodes = SlowNodes{draw.real(0.0, 1.0), draw.real(1.0, 10.0)};
      break;
    case 9:
      fault.flap = draw.time(1s, 10s);
      break;
    default:
      fault.boot_failure = draw.real(0.0, 1.0);
      break;
  }
  return fault;
}

ScheduledSignalFault draw_signal_fault(Draw& draw, Duration length) {
  ScheduledSignalFault scheduled;
  scheduled.at = draw.time(0s, length);
  scheduled.until = scheduled.at + draw.time(1s, 60s);
  switch (draw.between(0, 3)) {
    case 0:
      scheduled.fault.blackout = true;
      break;
    case 1:
      scheduled.fault.delay = draw.time(1ms, 10s);
      break;
    case 2:
      scheduled.fault.load_factor = draw.real(0.0, 10.0);
      break;
    default:
      scheduled.fault.price_factor = draw.real(0.0, 10.0);
      break;
  }
  return scheduled;
}

void draw_sources(Draw& draw, Scenario& scenario) {
  const int count = draw.between(1, 2);
  for (int i = 0; i < count; ++i) {
    SimulatedSource source;
    source.name = fmt::format("source-{}", i);
    source.interval = draw.time(200ms, 10s);
    source.prices = draw.chance(0.6);
    source.limits = draw.chance(0.3);
    source.power = draw.chance(0.3);
    source.latency = draw.chance(0.5);
    source.load = draw.chance(0.5);
    scenario.fleet.sources.push_back({source.name, draw.between(0, 3), draw.time(1s, 60s)});
    scenario.sources.push_back(std::move(source));
  }
  const int faults = draw.between(0, 3);
  for (int i = 0; i < faults; ++i) {
    ScheduledSourceFault scheduled;
    scheduled.at = draw.time(0s, scenario.length);
    scheduled.until = scheduled.at + draw.time(1s, scenario.length);
    scheduled.source = scenario.sources[static_cast<std::size_t>(draw.between(0, count - 1))].name;
    SourceFault& fault = scheduled.fault;
    fault.silent = draw.chance(0.15);
    fault.frozen = draw.chance(0.15);
    fault.not_a_number = draw.chance(0.15);
    fault.counters_restart = draw.chance(0.15);
    fault.price_factor = draw.one_of({1.0, 0.0, -1.0, 0.1, 3.0, 100.0, 1e308});
    fault.latency_factor = draw.one_of({1.0, 0.0, -1.0, 0.3, 3.0, 10.0});
    fault.load_factor = draw.one_of({1.0, 0.0, -1.0, 3.0, 50.0, 1e308});
    if (draw.chance(0.2)) fault.limit = draw.one_of({0, 1, 1'000'000, 2'147'483'647});
    if (draw.chance(0.3)) fault.flap = draw.time(1s, 20s);
    fault.clock_offset = draw.one_of<Duration>({0s, 0s, 0s, 1h, -1h});
    if (draw.chance(0.1)) fault.names = draw.between(1, 1000);
    scenario.source_faults.push_back(std::move(scheduled));
  }
}

Traffic traffic_of(const core::ServiceSpec& service, CosineRate demand, double spread,
                   Duration length) {
  return {.path = service.paths[0], .arrivals = [demand, spread, length](std::uint64_t seed) {
            return std::make_unique<CosineWorkload>(
                demand, CosineWorkload::Options{TimePoint{}, length, spread, seed});
          }};
}

// What a scenario's clients were drawn as; kept apart because a stream cannot be thinned
// afterwards.
struct Drawn {
  Scenario scenario;
  std::vector<CosineRate> demand;  // by service
  std::vector<double> spread;      // by service
};

Drawn draw_case(std::uint64_t seed) {
  Draw draw(seed);
  Drawn drawn;
  Scenario& scenario = drawn.scenario;
  scenario.length = draw.time(kShortest, kLongest);
  const int units = draw.between(1, 6);
  for (int i = 0; i < units; ++i) {
    scenario.fleet.units.push_back(draw_unit(draw, i));
    scenario.pools.push_back(draw_pool(draw, scenario.fleet.units.back(), scenario.length));
  }
  const int services = draw.chance(0.6) ? 1 : draw.between(2, 3);
  for (int i = 0; i < services; ++i) {
    scenario.fleet.services.push_back(draw_service(draw, i, scenario.fleet.units.size()));
    drawn.demand.push_back({.peak_per_s = draw.real(0.1, 12.0), .period = draw.time(20s, 300s)});
    drawn.spread.push_back(draw.real(0.0, 0.9));
  }
  scenario.fleet.control = draw_control(draw);
  const int faults = draw.between(0, 10);
  for (int i = 0; i < faults; ++i) {
    scenario.faults.push_back({draw.time(0s, scenario.length),
                               UnitId(static_cast<std::uint32_t>(draw.between(0, units - 1))),
                               draw_fault(draw)});
  }
  std::stable_sort(scenario.faults.begin(), scenario.faults.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  const int signal_faults = draw.chance(0.7) ? 0 : draw.between(1, 3);
  for (int i = 0; i < signal_faults; ++i) {
    scenario.signal_faults.push_back(draw_signal_fault(draw, scenario.length));
  }
  if (draw.chance(0.3)) draw_sources(draw, scenario);
  return drawn;
}

// A service cannot lose its only unit.
bool can_drop_unit(const Scenario& scenario, std::size_t which) {
  if (which >= scenario.fleet.units.size()) return false;
  const std::vector<UnitId> alone = {UnitId(static_cast<std::uint32_t>(which))};
  return std::none_of(scenario.fleet.services.begin(), scenario.fleet.services.end(),
                      [&](const auto& service) { return service.units == alone; });
}

void drop_unit(Scenario& scenario, std::size_t which) {
  const auto gone = UnitId(static_cast<std::uint32_t>(which));
  const auto at = static_cast<std::ptrdiff_t>(which);
  scenario.fleet.units.erase(scenario.fleet.units.begin() + at);
  scenario.pools.erase(scenario.pools.begin() + at);
  const auto renumber = [&](UnitId& unit) {
    if (unit.index() > which) unit = UnitId(static_cast<std::uint32_t>(unit.index() - 1));
  };
  for (auto& service : scenario.fleet.services) {
    std::erase(service.units, gone);
    for (UnitId& unit : service.units) renumber(unit);
  }
  std::erase_if(scenario.faults, [&](const auto& fault) { return fault.unit == gone; });
  for (auto& fault : scenario.faults) renumber(fault.unit);
}

template <class T>
void drop(std::vector<T>& items, std::size_t which) {
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(which));
}

void reduce(Drawn& drawn, Reduction reduction) {
  Scenario& scenario = drawn.scenario;
  const std::size_t which = reduction.which;
  switch (reduction.kind) {
    case Reduction::Kind::kFault:
      if (which < scenario.faults.size()) drop(scenario.faults, which);
      break;
    case Reduction::Kind::kSignalFault:
      if (which < scenario.signal_faults.size()) drop(scenario.signal_faults, which);
      break;
    case Reduction::Kind::kSourceFault:
      if (which < scenario.source_faults.size()) drop(scenario.source_faults, which);
      break;
    case Reduction::Kind::kUnit:
      if (can_drop_unit(scenario, which)) drop_unit(scenario, which);
      break;
    case Reduction::Kind::kService:
      if (which >= scenario.fleet.services.size() || scenario.fleet.services.size() == 1) break;
      drop(scenario.fleet.services, which);
      drop(drawn.demand, which);
      drop(drawn.spread, which);
      break;
    case Reduction::Kind::kHalve:
      if (scenario.length > 1s) scenario.length /= 2;
      break;
    case Reduction::Kind::kThin:
      for (auto& demand : drawn.demand) demand.peak_per_s /= 2;
      break;
    case Reduction::Kind::kPool:
      if (which < scenario.pools.size()) scenario.pools[which] = PoolSpec{};
      break;
  }
}

}  // namespace

std::string FuzzCase::name() const {
  std::string text = std::to_string(seed);
  for (const Reduction& reduction : reductions) {
    text += '-';
    text += static_cast<char>(reduction.kind);
    if (reduction.kind != Reduction::Kind::kHalve && reduction.kind != Reduction::Kind::kThin) {
      text += std::to_string(reduction.which);
    }
  }
  return text;
}

std::optional<FuzzCase> FuzzCase::parse(std::string_view name) {
  const auto number = [&](auto& value) {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    if (error != std::errc{}) return false;
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    return true;
  };
  FuzzCase parsed;
  if (!number(parsed.seed)) return std::nullopt;
  while (!name.empty()) {
    if (name.size() < 2 || name[0] != '-') return std::nullopt;
    const char kind = name[1];
    if (std::string_view("fsluchtp").find(kind) == std::string_view::npos) return std::nullopt;
    name.remove_prefix(2);
    Reduction reduction{static_cast<Reduction::Kind>(kind), 0};
    if (kind != 'h' && kind != 't' && !number(reduction.which)) return std::nullopt;
    parsed.reductions.push_back(reduction);
  }
  return parsed;
}

Scenario scenario_of(const FuzzCase& fuzz_case) {
  Drawn drawn = draw_case(fuzz_case.seed);
  for (const Reduction& reduction : fuzz_case.reductions) reduce(drawn, reduction);
  Scenario scenario = std::move(drawn.scenario);
  scenario.name = fuzz_case.name();
  scenario.title = "A random fleet and its faults";
  for (std::size_t i = 0; i < scenario.fleet.services.size(); ++i) {
    scenario.traffic.push_back(
        traffic_of(scenario.fleet.services[i], drawn.demand[i], drawn.spread[i], scenario.length));
  }
  return scenario;
}

std::vector<Reduction> possible_reductions(const Scenario& scenario) {
  using Kind = Reduction::Kind;
  std::vector<Reduction> all;
  if (scenario.length > 2s) all.push_back({Kind::kHalve, 0});
  const auto each = [&](Kind kind, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) all.push_back({kind, i});
  };
  if (scenario.fleet.services.size() > 1) each(Kind::kService, scenario.fleet.services.size());
  for (std::size_t i = scenario.fleet.units.size(); i-- > 0;) {
    if (can_drop_unit(scenario, i)) all.push_back({Kind::kUnit, i});
  }
  each(Kind::kFault, scenario.faults.size());
  each(Kind::kSignalFault, scenario.signal_faults.size());
  each(Kind::kSourceFault, scenario.source_faults.size());
  for (std::size_t i = 0; i < scenario.pools.size(); ++i) {
    const PoolSpec& pool = scenario.pools[i];
    if (pool.tier != Tier::kOnDemand || pool.quota || !pool.capacity.empty() ||
        !pool.price.empty() || pool.boot_failure > 0.0 || pool.warm_up > Duration{}) {
      all.push_back({Kind::kPool, i});
    }
  }
  all.push_back({Kind::kThin, 0});
  return all;
}

std::string describe(const Scenario& scenario) {
  std::string text = fmt::format("{} of {:.1f} s\n", scenario.name, to_seconds(scenario.length));
  for (std::size_t u = 0; u < scenario.fleet.units.size(); ++u) {
    const auto& unit = scenario.fleet.units[u];
    const auto& pool = scenario.pools[u];
    text += fmt::format(
        "  {}: {:.3f} $/h, {} slot(s), {:.2f} requests/s, {}\n", unit.name, unit.price_usd_per_hour,
        unit.slots, unit.plateau_per_s(),
        unit.managed
            ? fmt::format("{} to {} replicas, boots in {:.1f} to {:.1f} s{}{}", unit.min_replicas,
                          unit.max_replicas, to_seconds(unit.boot_time_min),
                          to_seconds(unit.boot_time_max), pool.tier == Tier::kSpot ? ", spot" : "",
                          pool.quota ? fmt::format(", quota {}", *pool.quota) : "")
            : fmt::format("{} fixed server(s)", unit.endpoints.size()));
  }
  for (const auto& service : scenario.fleet.services) {
    std::string units;
    for (const UnitId unit : service.units) units += " " + scenario.fleet.unit(unit).name;
    text += fmt::format("  {}: {:.1f} % within {:.0f} ms, {}, {}, on{}\n", service.name,
                        100.0 * service.objective.quantile, to_millis(service.objective.latency),
                        core::to_string(service.policy), core::to_string(service.routing), units);
  }
  for (const auto& fault : scenario.faults) {
    text += fmt::format("  at {:.1f} s: a fault of {}\n", to_seconds(fault.at),
                        scenario.fleet.unit(fault.unit).name);
  }
  for (const auto& fault : scenario.signal_faults) {
    text += fmt::format("  from {:.1f} to {:.1f} s: a fault of the signals\n", to_seconds(fault.at),
                        to_seconds(fault.until));
  }
  for (const auto& fault : scenario.source_faults) {
    text += fmt::format("  from {:.1f} to {:.1f} s: a fault of {}\n", to_seconds(fault.at),
                        to_seconds(fault.until), fault.source);
  }
  return text;
}

}  // namespace signalbox::sim
