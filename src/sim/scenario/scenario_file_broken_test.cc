// SPDX-License-Identifier: Apache-2.0
//
// Every message about a scenario file, word for word: each file under testdata/broken is refused
// with what stands in the .expected beside it. After a change on purpose, run this with
// SIGNALBOX_UPDATE_GOLDEN=1 and read the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/scenario/scenario_file.h"

namespace signalbox::sim {
namespace {

constexpr auto kBroken = "src/sim/scenario/testdata/broken";

// None: what is said of a file must not depend on what lies on this machine.
TraceDirectory no_traces() {
  return *TraceDirectory::find(
      TraceDirectory::Places{.option = {}, .environment = {}, .beside = ""});
}

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> with_ending(const std::string& ending) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kBroken)) {
    if (entry.path().extension() == ending) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(BrokenScenarios, every_one_is_refused_with_the_message_agreed) {
  for (const auto& path : with_ending(".yaml")) {
    const auto scenario = load_scenario(path.string(), no_traces());
    ASSERT_FALSE(scenario.ok()) << path;
    auto expected = path;
    expected.replace_extension(".expected");
    if (std::getenv("SIGNALBOX_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(expected, std::ios::binary) << scenario.error().message;
    }
    EXPECT_EQ(contents_of(expected), scenario.error().message) << "differs from " << expected;
  }
}

TEST(BrokenScenarios, there_are_enough_and_no_message_is_left_over) {
  EXPECT_GE(with_ending(".yaml").size(), 25U);
  EXPECT_EQ(with_ending(".yaml").size(), with_ending(".expected").size());
}

TEST(BrokenScenarios, a_file_that_is_not_there_is_said_to_be_so) {
  const auto scenario = load_scenario("no-such-scenario.yaml", no_traces());
  ASSERT_FALSE(scenario.ok());
  EXPECT_EQ(scenario.error().message,
            "no-such-scenario.yaml: there is no such file; check the path; "
            "examples/scenarios/shortage.yaml is a good start\n1 error in no-such-scenario.yaml\n");
}

}  // namespace
}  // namespace signalbox::sim
