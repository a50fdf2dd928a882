// SPDX-License-Identifier: Apache-2.0
//
// `signalbox check FILE`: what is wrong with a configuration, or what it says.
#include <fmt/format.h>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "apps/signal_sources.h"
#include "config/config.h"
#include "config/schema.h"

namespace signalbox::apps {

int check_command(const CheckOptions& options) {
  if (options.print_schema) {
    fmt::print("{}", config::schema_json());
    return kExitOk;
  }
  const auto config = config::load_file(options.file);
  if (!config.ok()) {
    fmt::print(stderr, "{}", config::render(config.error()));
    return kExitBadUsage;
  }
  const auto& fleet = config->fleet;
  fmt::print("{}: valid\n", options.file);
  for (const auto& service : fleet.services) {
    fmt::print("  service {}: {:.0f} % within {} ms, {}, on", service.name,
               service.objective.quantile * 100.0, to_millis(service.objective.latency),
               core::to_string(service.policy));
    for (const UnitId unit : service.units) fmt::print(" {}", fleet.unit(unit).name);
    fmt::print("\n");
  }
  for (const auto& unit : fleet.units) {
    const std::string size =
        unit.managed ? fmt::format("{} to {} replicas", unit.min_replicas, unit.max_replicas)
                     : fmt::format("{} fixed endpoint{}", unit.endpoints.size(),
                                   unit.endpoints.size() == 1 ? "" : "s");
    fmt::print("  unit {}: {:.2f} requests/s each at {:.4f} USD/hour, {}\n", unit.name,
               unit.plateau_per_s(), unit.price_usd_per_hour, size);
  }
  for (const auto& source : config->sources) fmt::print("  {}\n", describe_source(source));
  return kExitOk;
}

}  // namespace signalbox::apps
