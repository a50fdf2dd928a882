// SPDX-License-Identifier: Apache-2.0
//
// The profiler on real sockets, against emulated units that are fast enough for a test. What it
// writes down must be a configuration. Bounds are wide: the machine is shared, and what is shown
// here is that the parts fit; how exact it is, is shown on the virtual clock.
#include <gtest/gtest.h>

#include "config/config.h"
#include "net/asio.h"
#include "net/clock.h"
#include "profiler/drive.h"
#include "profiler/profile_yaml.h"
#include "test/stage/emulated_units.h"

namespace signalbox::profiler {
namespace {

core::FleetSpec fleet_of(core::Profile profile, int slots) {
  core::UnitSpec unit;
  unit.name = "unit";
  unit.profile = std::move(profile);
  unit.slots = slots;
  unit.endpoints = {{"127.0.0.1", 0}};
  core::FleetSpec fleet;
  fleet.units = {unit};
  return fleet;
}

Result<UnitProfile> measure(const core::Address& address, const SearchOptions& options,
                            const Question& question) {
  asio::io_context io(1);
  Profiler profiler(options, 1, net::now());
  Drive drive(io, {address, {.timeout = 20s}}, question, profiler, [&] { io.stop(); });
  drive.start();
  if (!profiler.is_done()) io.run();
  auto result = profiler.result();
  if (result.ok()) {
    result->name = "unit";
    result->address = core::to_string(address);
  }
  return result;
}

TEST(EmulatedUnit, images_one_at_a_time_are_measured_over_sockets) {
  stage::EmulatedUnits units(fleet_of(core::Profile::single_server(50.0, 0.05), 1));
  SearchOptions options;
  options.task = Task::kImage;
  options.objective = {.latency = 200ms, .quantile = 0.95};
  options.max_time = 8s;
  const auto result =
      measure(units.address(UnitId{0}), options, {.task = Task::kImage, .path = "/genimage"});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_NEAR(result->plateau_per_s.value, 50.0, 10.0);
  EXPECT_GT(result->breaking_per_s.value, 20.0);
  EXPECT_LT(result->breaking_per_s.value, 50.0);
  EXPECT_EQ(result->points.empty(), false);
  const auto config = config::load(profile_yaml(*result, "images"), "unit.profile.yaml");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  EXPECT_NEAR(config->fleet.units[0].plateau_per_s(), result->plateau_per_s.value, 1e-4);
}

TEST(EmulatedUnit, chats_are_measured_token_by_token) {
  stage::EmulatedUnits units(fleet_of(core::Profile::measured({{1, 200ms}, {4, 300ms}}, 0.0), 4),
                             {{.first_token = 40ms, .token_rate_per_s = 200.0}});
  SearchOptions options;
  options.task = Task::kChat;
  options.objective = {.latency = 2s, .quantile = 0.9};
  options.max_time = 12s;
  options.prompt_tokens = 64;
  options.output_tokens = 16;
  const auto result = measure(units.address(UnitId{0}), options,
                              {.task = Task::kChat, .path = "/v1/chat/completions"});
  ASSERT_TRUE(result.ok()) << result.error().message;
  ASSERT_TRUE(result->language.has_value());
  EXPECT_NEAR(to_millis(result->language->first_token(64)), 40.0, 20.0);
  EXPECT_NEAR(to_millis(result->language->per_output_token.latency(1)), 5.0, 2.5);
  EXPECT_EQ(result->language->output_tokens, 16);
  EXPECT_TRUE(result->points.front().first_token.has_value());
  const auto config = config::load(profile_yaml(*result, "chat"), "unit.profile.yaml");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  EXPECT_TRUE(config->fleet.units[0].language.has_value());
}

TEST(EmulatedUnit, one_that_is_not_there_is_named) {
  SearchOptions options;
  options.max_time = 5s;
  const auto result = measure({"127.0.0.1", 1}, options, {.path = "/"});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("127.0.0.1:1"), std::string::npos)
      << result.error().message;
}

}  // namespace
}  // namespace signalbox::profiler
