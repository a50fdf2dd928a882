// SPDX-License-Identifier: Apache-2.0
//
// Pairs of limits of which one must not pass the other, and the budget against what must run.
#include <fmt/format.h>

#include "config/meaning.h"

namespace signalbox::config {

namespace {

// Reports at the key that was given, or at the other when the first has its default.
Place place_of_either(const Fields& section, std::string_view first, std::string_view second) {
  return section.place(section.has(first) ? first : second);
}

struct Order {
  std::string_view shorter, longer;
  std::string_view reason;
};

constexpr Order kControlOrders[] = {
    {"tick", "replan", "a plan is made at a tick"},
    {"tick", "dwell", "recovery is judged at a tick"},
    {"bench_time", "max_bench_time", "the pause grows from the first to the second"},
};

void check_orders(const Fields& control, Report& report) {
  for (const auto& order : kControlOrders) {
    const auto shorter = control.get<Duration>(order.shorter);
    const auto longer = control.get<Duration>(order.longer);
    if (!shorter || !longer || *shorter <= *longer) continue;
    const auto with_origin = [&](std::string_view key, Duration value) {
      return fmt::format("{} {}{}", key, format_duration(value),
                         control.has(key) ? "" : " (its default)");
    };
    report.add(place_of_either(control, order.longer, order.shorter),
               fmt::format("{} is shorter than {}", with_origin(order.longer, *longer),
                           with_origin(order.shorter, *shorter)),
               {.hint = fmt::format("{}, so make {} at least as long as {}", order.reason,
                                    order.longer, order.shorter)});
  }
}

void check_sizes(const Fields& gateway, Report& report) {
  const auto inspect = gateway.get<std::int64_t>("inspect_bytes");
  const auto body = gateway.get<std::int64_t>("max_body");
  if (!inspect || !body || *inspect <= *body) return;
  report.add(place_of_either(gateway, "inspect_bytes", "max_body"),
             fmt::format("inspect_bytes {} is above max_body {}", format_size(*inspect),
                         format_size(*body)),
             {.hint = "lower inspect_bytes, or raise max_body"});
}

void check_budget(const Fields& root, Report& report) {
  const Fields guardrails = root.section("guardrails");
  const auto budget = guardrails.get<double>("budget");
  if (!budget) return;
  double floor = 0.0;
  for (const auto& unit : root.sections("units")) {
    const auto price = unit.value.get<double>("price");
    const auto least = unit.value.section("replicas").get<std::int64_t>("min");
    if (!price || !least) return;
    if (unit.value.has("replicas")) floor += *price * static_cast<double>(*least);
  }
  if (floor <= *budget) return;
  report.add(guardrails.place("budget"),
             fmt::format("the replicas that always run (replicas.min) cost {:.6g} USD/hour, more "
                         "than this budget",
                         floor),
             {.hint = "raise the budget, or lower replicas.min"});
}

}  // namespace

void check_limits(const Fields& root, Report& report) {
  check_orders(root.section("control"), report);
  check_sizes(root.section("gateway"), report);
  check_budget(root, report);
}

}  // namespace signalbox::config
