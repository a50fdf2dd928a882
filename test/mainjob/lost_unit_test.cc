// SPDX-License-Identifier: Apache-2.0
//
// The promise of the whole thing: the busiest unit loses every replica at once, without a word,
// under load - and no client sees an error.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "emulate/clients.h"
#include "net/clock.h"
#include "sim/workload/poisson.h"
#include "test/stage/emulated_units.h"
#include "test/stage/live_node.h"

namespace signalbox {
namespace {

using namespace stage;

constexpr std::uint64_t kSeed = 7;

// Three units that Signalbox launches, cheap to dear, each fast enough that a few replicas carry
// the load, and booting within a moment.
std::string units_yaml() {
  std::string text;
  for (const auto& [name, price] : {std::pair{"cheap", 1.0}, {"middle", 1.5}, {"dear", 2.0}}) {
    text += fmt::format(
        "  {}: {{price: {} USD/hour, plateau: 600/min, replicas: {{min: 2, max: 8}}, "
        "boot: {{min: 100ms, max: 300ms}}, health: {{interval: 200ms, timeout: 200ms, fall: "
        "2}}}}\n",
        name, price);
  }
  return text;
}

std::string services_yaml() {
  return "services:\n  images: {paths: [/genimage], objective: {latency: 2s, quantile: 99%}, "
         "patience: 10s}\nunits:\n";
}

TEST(LostUnit, killing_every_replica_of_the_busiest_unit_under_load_costs_no_client_an_error) {
  const auto config = config::load(services_yaml() + units_yaml() + "emulator: 127.0.0.1:9\n", "t");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  EmulatedUnits units(config->fleet);
  LiveNode node(services_yaml() + units_yaml() + "emulator: " + core::to_string(units.control()) +
                "\n");
  const auto ready = [&](std::size_t unit) { return node.node().view()->units.at(unit).ready; };
  ASSERT_TRUE(eventually([&] { return ready(0) >= 2 && ready(1) >= 2 && ready(2) >= 2; }));

  net::LoopThread thread("clients");
  std::atomic<int> answered{0};
  std::map<int, int> statuses;  // the clients' thread only, until it has stopped
  sim::ConstantWorkload workload(sim::ConstantRate{20.0}, {net::now(), 4s, 0.05, kSeed});
  std::atomic<bool> drained{false};
  auto clients = std::make_unique<emulate::Clients>(
      thread.io(), emulate::ClientOptions{.gateway = node.gateway()},
      [&] { return workload.next(); },
      [&](const emulate::Completion& completion) {
        ++statuses[completion.status];
        ++answered;
      });
  clients->start();
  clients->drain([&] { drained = true; });
  thread.start();

  EXPECT_TRUE(eventually([&] { return answered > 20; }));
  units.on_loop([&](emulate::Fleet& fleet) {
    UnitId busiest{0};
    for (std::uint32_t i = 1; i < 3; ++i) {
      if (fleet.unit_state(UnitId{i}).served > fleet.unit_state(busiest).served)
        busiest = UnitId{i};
    }
    sim::Fault kill;
    kill.crash = 1.0;
    fleet.apply(busiest, kill);
  });
  EXPECT_TRUE(eventually([&] { return drained.load(); }));
  thread.stop();
  clients.reset();

  EXPECT_GT(statuses[200], 40);
  for (const auto& [status, count] : statuses) {
    if (status != 200)
      ADD_FAILURE() << count << " answers of status " << status << ", seed " << kSeed;
  }
  EXPECT_GT(node.metric(R"(signalbox_service_redecided_total{service="images"})"), 0.0)
      << "the crash met no request: it proved nothing";
}

}  // namespace
}  // namespace signalbox
