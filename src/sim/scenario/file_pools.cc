// SPDX-License-Identifier: Apache-2.0
//
// Pools in a scenario file; see file_parts.h. What could never show in a run is an error: a notice
// to replicas that are never taken back, or anything but a price for servers that already run.
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/nearest.h"
#include "config/units_of_measure.h"
#include "sim/scenario/file_parts.h"
#include "sim/workload/trace_spot_availability.h"

namespace signalbox::sim {

namespace {

using config::Fields;
using config::in_quotes;

class PoolCheck {
 public:
  PoolCheck(const config::Item<Fields>& pool, const FileContext& context)
      : pool_(pool), fields_(pool.value), context_(context) {}

  void check() {
    if (!check_unit()) return;
    const auto tier = fields_.get<std::string>("tier");
    if (tier == "owned" && !fields_.has("quota")) {
      context_.report.add(pool_.place, "nothing says how many machines are owned",
                          {.hint = "add 'quota:' with their number"});
    }
    if (tier && tier != "spot" && fields_.has("notice")) {
      context_.report.add(
          fields_.place("notice"), fmt::format("nothing of tier {} is ever taken back", *tier),
          {.hint = "only spot replicas get a notice; write 'tier: spot', or remove this"});
    }
    if (fields_.has("capacity") && fields_.has("capacity_trace")) {
      context_.report.add(fields_.place("capacity_trace"),
                          "both 'capacity' and 'capacity_trace' are given",
                          {.hint = "keep one of the two"});
    }
    check_steps("capacity");
    check_steps("price");
  }

 private:
  // False when nothing else can be said.
  bool check_unit() {
    if (context_.fleet == nullptr) return true;
    const auto id = context_.fleet->find_unit(pool_.name);
    if (!id) {
      std::vector<std::string_view> names;
      for (const auto& unit : context_.fleet->units) names.push_back(unit.name);
      context_.report.add(
          pool_.place, fmt::format("{} is not a unit of the fleet", in_quotes(pool_.name)),
          {.hint = config::did_you_mean(pool_.name, names), .allowed = config::listed(names)});
      return false;
    }
    if (context_.fleet->unit(*id).managed) return true;
    for (const std::string_view key : {"tier", "quota", "notice", "boot_failure", "warm_up",
                                       "warm_up_slowdown", "capacity", "capacity_trace"}) {
      if (!fields_.has(key)) continue;
      context_.report.add(
          fields_.place(key),
          fmt::format("the servers of {} run already: nothing is launched", in_quotes(pool_.name)),
          {.hint = fmt::format("only 'price' can be said of them; remove '{}', or give the unit "
                               "'replicas' in the configuration",
                               key)});
    }
    return true;
  }

  void check_steps(std::string_view key) {
    std::optional<Duration> before;
    for (const auto& step : fields_.sections(key)) {
      if (!step.value.is_readable()) continue;
      const auto at = step.value.get<Duration>("at");
      context_.check_time(step.value, "at");
      if (at && before && *at <= *before) {
        context_.report.add(
            step.value.place("at"), "steps must be in order of time",
            {.hint = fmt::format("the one before is at {}", config::format_duration(*before))});
      }
      if (at) before = at;
    }
  }

  const config::Item<Fields>& pool_;
  const Fields& fields_;
  const FileContext& context_;
};

// The steps of a series whose value stands under `key` in the file.
template <class T, class Written>
StepSeries<T> steps_of(const Fields& fields, std::string_view list, std::string_view key) {
  std::vector<typename StepSeries<T>::Step> steps;
  for (const auto& step : fields.sections(list)) {
    steps.push_back({TimePoint{} + *step.value.get<Duration>("at"),
                     static_cast<T>(*step.value.get<Written>(key))});
  }
  return StepSeries<T>(std::move(steps));
}

StepSeries<int> capacity_of(const Fields& fields, const FileContext& context) {
  const auto path = fields.get<std::string>("capacity_trace");
  if (!path) return steps_of<int, std::int64_t>(fields, "capacity", "instances");
  auto trace = read_spot_availability(context.located(*path));
  if (!trace) {
    context.report.add(fields.place("capacity_trace"), trace.error().message,
                       {.hint = "docs/traces.md says what such a file looks like"});
    return {};
  }
  if (trace->length < *context.length) {
    context.report.add(fields.place("capacity_trace"),
                       fmt::format("the trace ends at {}", config::format_duration(trace->length)),
                       {.hint = fmt::format("the scenario goes on until {}; make it shorter, or "
                                            "take a longer trace",
                                            config::format_duration(*context.length))});
  }
  return std::move(trace->available);
}

PoolSpec build_pool(const Fields& fields, const FileContext& context) {
  PoolSpec pool;
  const auto tier = fields.get<std::string>("tier");
  pool.tier = tier == "spot" ? Tier::kSpot : tier == "owned" ? Tier::kOwned : Tier::kOnDemand;
  if (const auto quota = fields.get<std::int64_t>("quota")) pool.quota = static_cast<int>(*quota);
  pool.notice = *fields.get<Duration>("notice");
  pool.boot_failure = *fields.get<double>("boot_failure");
  pool.warm_up = *fields.get<Duration>("warm_up");
  pool.warm_up_slowdown = *fields.get<double>("warm_up_slowdown");
  pool.capacity = capacity_of(fields, context);
  pool.price = steps_of<double, double>(fields, "price", "price");
  return pool;
}

}  // namespace

void check_pools(const Fields& root, const FileContext& context) {
  for (const auto& pool : root.sections("pools")) {
    if (pool.value.is_readable()) PoolCheck(pool, context).check();
  }
}

std::vector<PoolSpec> build_pools(const Fields& root, const FileContext& context) {
  std::vector<PoolSpec> pools(context.fleet->units.size());
  for (const auto& pool : root.sections("pools")) {
    const UnitId unit = context.fleet->find_unit(pool.name).value();
    pools[unit.index()] = build_pool(pool.value, context);
  }
  return pools;
}

}  // namespace signalbox::sim
