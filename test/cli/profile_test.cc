// SPDX-License-Identifier: Apache-2.0
//
// `signalbox profile` as a person types it, against an emulated unit that is fast enough for a
// test: files that load, one flat object, and errors that say what to do.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.h"
#include "http/loopback.h"
#include "test/stage/child.h"
#include "test/stage/emulated_units.h"

namespace signalbox {
namespace {

using stage::Child;

core::FleetSpec quick_unit() {
  core::UnitSpec unit;
  unit.name = "quick";
  unit.profile = core::Profile::single_server(80.0, 0.05);
  unit.endpoints = {{"127.0.0.1", 0}};
  core::FleetSpec fleet;
  fleet.units = {unit};
  return fleet;
}

std::string url_of(stage::EmulatedUnits& units) {
  return "http://" + core::to_string(units.address(UnitId{0}));
}

TEST(ProfileCommand, writes_a_unit_that_loads_and_prints_one_flat_object) {
  stage::EmulatedUnits units(quick_unit());
  const stage::TemporaryDirectory directory;
  Child run({SIGNALBOX_BINARY,
             "profile",
             url_of(units),
             "--service",
             "images",
             "--unit",
             "quick",
             "--task",
             "image",
             "--price",
             "0.36",
             "--objective-latency",
             "200ms",
             "--quantile",
             "95%",
             "--max-time",
             "5s",
             "--out",
             directory.path() + "/made",
             "--json"});
  ASSERT_EQ(run.exit_code(), 0) << run.output();
  const auto object = boost::json::parse(run.output()).as_object();
  for (const auto& [key, value] : object) {
    EXPECT_FALSE(value.is_object() || value.is_array()) << std::string(key);
  }
  EXPECT_EQ(object.at("unit").as_string(), "quick");
  const double breaking = object.at("breaking_per_s").to_number<double>();
  EXPECT_GT(breaking, 20.0);
  EXPECT_NEAR(object.at("usd_per_1000").to_number<double>(), 0.1 / breaking, 1e-6);
  const auto config = config::load_file(directory.path() + "/made/quick.profile.yaml");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  EXPECT_EQ(config->fleet.units[0].name, "quick");
  EXPECT_TRUE(std::filesystem::exists(directory.path() + "/made/quick.profile.svg"));
}

TEST(ProfileCommand, tells_people_what_was_found_and_what_comes_next) {
  stage::EmulatedUnits units(quick_unit());
  const stage::TemporaryDirectory directory;
  Child run({SIGNALBOX_BINARY, "profile", url_of(units) + "/genimage", "--objective-latency",
             "200ms", "--max-time", "4s", "--out", directory.path()});
  ASSERT_EQ(run.exit_code(), 0) << run.output();
  for (const char* word : {"breaking point", "plateau", "unloaded latency", "Next:"}) {
    EXPECT_NE(run.output().find(word), std::string::npos) << word << "\n" << run.output();
  }
}

TEST(ProfileCommand, an_objective_that_cannot_be_met_exits_with_1_and_says_so) {
  stage::EmulatedUnits units(quick_unit());
  const stage::TemporaryDirectory directory;
  Child run({SIGNALBOX_BINARY, "profile", url_of(units) + "/genimage", "--objective-latency", "5ms",
             "--max-time", "3s", "--out", directory.path()});
  EXPECT_EQ(run.exit_code(), 1) << run.output();
  EXPECT_NE(run.output().find("cannot be met"), std::string::npos) << run.output();
}

TEST(ProfileCommand, a_unit_that_is_not_there_or_refuses_everything_exits_with_1_and_is_named) {
  Child nobody({SIGNALBOX_BINARY, "profile", "http://127.0.0.1:1/score", "--max-time", "3s"});
  EXPECT_EQ(nobody.exit_code(), 1);
  EXPECT_NE(nobody.output().find("127.0.0.1:1"), std::string::npos) << nobody.output();
  http::testing::LiveServer refusing(
      [](const http::Request&, const std::shared_ptr<http::Responder>& responder) {
        responder->send({.status = 401, .headers = {}, .body = "who are you?"});
      });
  Child refused({SIGNALBOX_BINARY, "profile",
                 "http://" + core::to_string(refusing.address()) + "/score", "--max-time", "3s"});
  EXPECT_EQ(refused.exit_code(), 1);
  EXPECT_NE(refused.output().find("401"), std::string::npos) << refused.output();
  EXPECT_NE(refused.output().find("--header"), std::string::npos) << refused.output();
}

TEST(ProfileCommand, what_is_typed_wrong_exits_with_2_and_says_what_is_right) {
  const auto output = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {SIGNALBOX_BINARY, "profile"});
    Child run(std::move(arguments));
    EXPECT_EQ(run.exit_code(), 2) << run.output();
    return run.output();
  };
  EXPECT_NE(output({"127.0.0.1"}).find("http://127.0.0.1:8001"), std::string::npos);
  EXPECT_NE(output({"127.0.0.1:8001"}).find("--task image"), std::string::npos);
  EXPECT_NE(output({"127.0.0.1:8001/x", "--objective-latency", "2"}).find("2s"), std::string::npos);
  EXPECT_NE(output({"127.0.0.1:8001", "--config", "examples/paper.yaml", "--service", "sd12"})
                .find("sd21"),
            std::string::npos);
  EXPECT_NE(output({"127.0.0.1:8001/x", "--unit", "../x"}).find("--unit"), std::string::npos);
  EXPECT_NE(output({"a:1/x", "b:1/x"}).find("--compare"), std::string::npos);
}

}  // namespace
}  // namespace signalbox
