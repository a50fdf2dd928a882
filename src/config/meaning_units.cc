// SPDX-License-Identifier: Apache-2.0
//
// What must hold inside one unit.
#include <fmt/format.h>

#include "config/meaning.h"

namespace signalbox::config {

namespace {

// A profile is a function of load that only grows; anything else is a mix-up in the measurement.
void check_curve(const Fields& unit, Report& report) {
  std::int64_t load_before = 0;
  Duration latency_before{};
  for (const auto& point : unit.sections("latency_curve")) {
    const auto load = point.value.get<std::int64_t>("in_flight");
    const auto latency = point.value.get<Duration>("latency");
    if (!load || !latency) return;
    if (*load <= load_before) {
      report.add(point.value.place("in_flight"),
                 fmt::format("in_flight {} follows {}, but must rise from point to point", *load,
                             load_before),
                 {.hint = "sort the points by in_flight, each once"});
      return;
    }
    if (*latency < latency_before) {
      report.add(point.value.place("latency"),
                 fmt::format("latency falls from {} to {} while the load rises",
                             format_duration(latency_before), format_duration(*latency)),
                 {.hint = "check the measurement; equal or rising latencies are accepted"});
    }
    load_before = *load;
    latency_before = *latency;
  }
}

void check_replicas(const Fields& unit, const Fields& root, Report& report) {
  if (!unit.has("replicas")) return;
  const Fields replicas = unit.section("replicas");
  const auto least = replicas.get<std::int64_t>("min");
  const auto most = replicas.get<std::int64_t>("max");
  if (least && most && *least > *most) {
    report.add(replicas.place("min"), fmt::format("min {} is above max {}", *least, *most),
               {.hint = "swap them, or raise max"});
  }
  if (!root.has("emulator") && !unit.has("kubernetes")) {
    report.add(
        replicas.self(), "nothing is configured that could launch these replicas",
        {.hint = "add a top-level 'emulator: 127.0.0.1:9100' or 'kubernetes' to the unit, or "
                 "give it 'endpoints' that run already"});
  }
}

void check_boot(const Fields& unit, Report& report) {
  const Fields boot = unit.section("boot");
  const auto least = boot.get<Duration>("min");
  const auto most = boot.get<Duration>("max");
  if (!least || !most || *least <= *most) return;
  const bool is_standard = !boot.has("max");
  report.add(boot.place(boot.has("min") ? "min" : "max"),
             fmt::format("boot.min {} is above boot.max {}{}", format_duration(*least),
                         format_duration(*most), is_standard ? " (its default)" : ""),
             {.hint = boot.has("min") ? "raise max" : "lower min, whose default is 5m"});
}

void check_health(const Fields& unit, Report& report) {
  const Fields health = unit.section("health");
  const auto interval = health.get<Duration>("interval");
  const auto timeout = health.get<Duration>("timeout");
  if (!interval || !timeout || *timeout <= *interval) return;
  report.add(health.place(health.has("timeout") ? "timeout" : "interval"),
             fmt::format("a probe may take {}, longer than the {} between probes",
                         format_duration(*timeout), format_duration(*interval)),
             {.hint = "make health.timeout at most health.interval"});
}

}  // namespace

void check_units(const Fields& root, Report& report) {
  for (const auto& unit : root.sections("units")) {
    check_curve(unit.value, report);
    check_replicas(unit.value, root, report);
    check_boot(unit.value, report);
    check_health(unit.value, report);
  }
}

}  // namespace signalbox::config
