// SPDX-License-Identifier: Apache-2.0
//
// `signalbox profile --golden` and `--compare` as a person types them: exit codes, tables, and
// errors that say how to mend them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "http/loopback.h"
#include "profiler/picture_decoder.h"
#include "profiler/profile_file.h"
#include "profiler/sample_profiles.h"
#include "profiler/test_pictures.h"
#include "test/stage/child.h"
#include "test/stage/emulated_units.h"
#include "test/stage/scripted_unit.h"
#include "wire/base64.h"

namespace signalbox {
namespace {

using http::testing::LiveServer;
using stage::Child;

struct Answer {
  int code;
  std::string text;
};

Answer profile(std::vector<std::string> arguments) {
  std::vector<std::string> all = {SIGNALBOX_BINARY, "profile"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Child run(std::move(all));
  const int code = run.exit_code();
  return {code, run.output()};
}

void expect_says(const Answer& answer, int code, std::string_view says) {
  EXPECT_EQ(answer.code, code) << answer.text;
  EXPECT_NE(answer.text.find(says), std::string::npos) << answer.text << "\nlacks: " << says;
}

core::FleetSpec two_units() {
  core::FleetSpec fleet;
  for (const char* name : {"inf2", "g5"}) {
    core::UnitSpec unit;
    unit.name = name;
    unit.profile = core::Profile::measured({{1, 2ms}}, 0.0);
    unit.endpoints = {{"127.0.0.1", 0}};
    fleet.units.push_back(std::move(unit));
  }
  return fleet;
}

class GoldenCommand : public ::testing::Test {
 protected:
  std::string url(std::uint32_t unit) {
    return "http://" + core::to_string(units_.address(UnitId{unit}));
  }
  std::string file(const std::string& name, std::string_view text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  stage::EmulatedUnits units_{two_units()};
  stage::TemporaryDirectory folder_;
};

TEST_F(GoldenCommand, two_emulated_units_are_equivalent) {
  const Answer answer = profile({"--golden", url(0), url(1), "--service", "sd21"});
  expect_says(answer, 0, "Equivalent: 8 of 8 prompts passed");
  expect_says(answer, 0, "a red apple on a white table");
}

TEST_F(GoldenCommand, one_that_answers_something_else_is_not) {
  LiveServer other([](http::Request, std::shared_ptr<http::Responder> responder) {
    const std::string png = profiler::testing::png_of(profiler::testing::scene(1, 64, 64));
    responder->send({200, {}, fmt::format(R"({{"response":"{}"}})", wire::base64_encode(png))});
  });
  const Answer answer = profile(
      {"--golden", url(0), core::to_string(other.address()), "--service", "sd21", "--json"});
  EXPECT_EQ(answer.code, 1) << answer.text;
  const auto object = boost::json::parse(answer.text).as_object();
  EXPECT_EQ(object.at("equivalent"), false);
  EXPECT_EQ(object.at("passed"), 0);
}

TEST_F(GoldenCommand, the_configuration_says_what_a_service_is_asked) {
  const std::string config = file("signalbox.yaml", R"(services:
  chat: {paths: [/v1/chat/completions], models: [llama], objective: {latency: 2s, quantile: 99%}}
units:
  gpu: {price: 1 USD/hour, plateau: 60/min, endpoints: [127.0.0.1:9]}
)");
  expect_says(profile({"--golden", url(0), url(1), "--service", "chat", "--config", config}), 0,
              "equal text");
  expect_says(profile({"--golden", url(0), url(1), "--service", "chta", "--config", config}), 2,
              "did you mean 'chat'?");
}

TEST_F(GoldenCommand, prompts_come_from_a_file) {
  const std::string prompts = file("prompts.txt", "a fox\n\na hen\n");
  expect_says(profile({"--golden", url(0), url(1), "--prompts", prompts}), 0,
              "2 of 2 prompts passed");
  expect_says(profile({"--golden", url(0), url(1), "--prompts", file("none.txt", "\n")}), 2,
              "no prompt in it; write one a line");
  expect_says(profile({"--golden", url(0), url(1), "--prompts", "/nonexistent"}), 2,
              "cannot read '/nonexistent'");
}

TEST_F(GoldenCommand, members_that_are_meant_to_differ_can_be_named) {
  const std::vector<std::string> plain = {"--golden", url(0), url(1), "--path", "/score"};
  expect_says(profile(plain), 1, "JSON: $.unit is \"inf2\" here and \"g5\" there");
  auto ignoring = plain;
  for (const char* name : {"unit", "replica", "latency"}) {
    ignoring.insert(ignoring.end(), {"--ignore", name});
  }
  expect_says(profile(ignoring), 0, "equal JSON");
}

TEST_F(GoldenCommand, bad_usage_says_how_to_mend_it) {
  const struct {
    std::vector<std::string> arguments;
    std::string says;
  } cases[] = {
      {{url(0)}, "give the addresses of both"},
      {{url(0), "nonsense"}, "write host:port"},
      {{url(0), url(1), "--path", "genimage"}, "does not begin with '/'"},
      {{url(0), url(1), "--task", "plain"}, "say which path to ask"},
      {{url(0), url(1), "--min-ssim", "7"}, "--min-ssim"},
  };
  for (const auto& each : cases) {
    std::vector<std::string> arguments = {"--golden"};
    arguments.insert(arguments.end(), each.arguments.begin(), each.arguments.end());
    expect_says(profile(arguments), 2, each.says);
  }
}

TEST_F(GoldenCommand, nobody_there_is_a_failure_that_names_the_address) {
  const std::string nobody = core::to_string(stage::nobody());
  expect_says(profile({"--golden", url(0), nobody}), 1, nobody);
}

class CompareCommand : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  void write(const profiler::UnitProfile& unit) {
    std::ofstream(path(unit.name + ".profile.json")) << profiler::profile_json(unit);
    std::ofstream(path(unit.name + ".profile.yaml")) << "units: {}\n";
  }
  void SetUp() override {
    for (const auto& unit : profiler::testing::paper_units()) write(unit);
  }

  stage::TemporaryDirectory folder_;
};

TEST_F(CompareCommand, puts_units_side_by_side_and_draws_them) {
  const Answer answer = profile({"--compare", path("sd21-g5-triton.profile.yaml"),
                                 path("sd21-inf2-neuron.profile.json"), "--out", folder_.path()});
  expect_says(answer, 0, "sd21-inf2-neuron  0.7582  488 ms");
  expect_says(answer, 0, "Drawn in ");
  EXPECT_LT(answer.text.find("sd21-inf2-neuron"), answer.text.find("sd21-g5-triton"));
  std::ifstream png(path("comparison.png"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(png)), {});
  EXPECT_TRUE(profiler::decode_picture(bytes).ok());
  EXPECT_TRUE(std::filesystem::exists(path("comparison.svg")));
}

TEST_F(CompareCommand, speaks_to_programs) {
  const Answer answer = profile({"--compare", path("sd21-g5-cuda.profile.json"), "--json"});
  EXPECT_EQ(answer.code, 0) << answer.text;
  EXPECT_EQ(boost::json::parse(answer.text).as_object().at("unit"), "sd21-g5-cuda");
}

TEST_F(CompareCommand, bad_files_are_named_with_what_is_wrong) {
  std::ofstream(path("lone.profile.yaml")) << "units: {}\n";
  std::ofstream(path("broken.profile.json")) << "{\"format\": 1}";
  expect_says(profile({"--compare", path("lone.profile.yaml")}), 2, "should lie beside");
  expect_says(profile({"--compare", "/nonexistent.json"}), 2, "signalbox profile URL --out FOLDER");
  expect_says(profile({"--compare", path("broken.profile.json")}), 2, "$.format is not a text");
  expect_says(profile({"--compare", path("sd21-g5-cuda.profile.json"), "--out", "/nonexistent"}), 2,
              "cannot write '/nonexistent/comparison.svg'");
}

}  // namespace
}  // namespace signalbox
