// SPDX-License-Identifier: Apache-2.0
//
// `signalbox emulate`: the units of a configuration as emulated accelerators, until interrupted.
#include <fmt/format.h>

#include <csignal>

#include "apps/addresses.h"
#include "apps/commands.h"
#include "apps/exit_code.h"
#include "config/config.h"
#include "emulate/emulator.h"
#include "net/asio.h"

namespace signalbox::apps {

int emulate_command(const EmulateOptions& options) {
  const auto config = config::load_file(options.config);
  if (!config.ok()) {
    fmt::print(stderr, "{}", config::render(config.error()));
    return kExitBadUsage;
  }
  emulate::EmulatorOptions emulator_options;
  emulator_options.seed = options.seed;
  if (!options.control.empty()) {
    const auto control = parse_address(options.control);
    if (!control.ok()) {
      fmt::print(stderr, "signalbox emulate: --control: {}\n", control.error().message);
      return kExitBadUsage;
    }
    emulator_options.control = *control;
  } else if (config->emulator) {
    emulator_options.control = *config->emulator;
  }
  for (const auto& section : config->emulation) {
    emulator_options.shapes.push_back({.max_batch = section.max_batch > 1 ? section.max_batch : 0,
                                       .first_token = section.first_token,
                                       .token_rate_per_s = section.token_rate_per_s});
  }
  asio::io_context io;
  emulate::Emulator emulator(io, config->fleet, emulator_options);
  const auto control = emulator.start();
  if (!control.ok()) {
    fmt::print(stderr, "signalbox emulate: {}\n", control.error().message);
    return kExitFailed;
  }
  fmt::print("emulating {} units; control API on http://{}\n", config->fleet.units.size(),
             core::to_string(*control));
  for (const auto& unit : config->fleet.units) {
    for (const auto& endpoint : unit.endpoints) {
      fmt::print("  {} on http://{}\n", unit.name, core::to_string(endpoint));
    }
  }
  fmt::print("Try: curl -d '{{\"slowdown\": 3}}' http://{}/units/{}/faults\n",
             core::to_string(*control), config->fleet.units.front().name);
  std::fflush(stdout);
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](error_code, int) { io.stop(); });
  io.run();
  return kExitOk;
}

}  // namespace signalbox::apps
