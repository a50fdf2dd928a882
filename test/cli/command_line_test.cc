// SPDX-License-Identifier: Apache-2.0
//
// The commands that the README shows, run as it shows them: what they print, and the exit codes
// that scripts rely on.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>

#include "test/stage/child.h"

namespace signalbox {
namespace {

using stage::Child;

// A port of its own account: nobody listens there.
constexpr const char* kNobody = "127.0.0.1:1";

TEST(CommandLine, check_finds_nothing_wrong_with_the_examples) {
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator("examples")) {
    if (entry.path().extension() != ".yaml") continue;
    Child check({SIGNALBOX_BINARY, "check", entry.path().string()});
    EXPECT_EQ(check.exit_code(), 0) << check.output();
    ++checked;
  }
  EXPECT_GE(checked, 3);
}

TEST(CommandLine, check_says_where_a_configuration_is_wrong_and_exits_with_2) {
  const stage::TemporaryDirectory directory;
  const auto file = directory.write("broken.yaml",
                                    "services:\n  a: {polcy: cost_first}\n"
                                    "units:\n  u: {price: 1 USD/hour, plateau: 60/min, "
                                    "endpoints: [127.0.0.1:8001]}\n");
  Child check({SIGNALBOX_BINARY, "check", file});
  EXPECT_EQ(check.exit_code(), 2);
  EXPECT_NE(check.output().find("broken.yaml:2:7"), std::string::npos) << check.output();
  EXPECT_NE(check.output().find("policy"), std::string::npos) << check.output();
}

TEST(CommandLine, help_names_every_command) {
  Child help({SIGNALBOX_BINARY, "--help"});
  EXPECT_EQ(help.exit_code(), 0);
  for (const char* command : {"serve", "demo", "check", "explain", "emulate", "replay"}) {
    EXPECT_NE(help.output().find(command), std::string::npos) << command;
  }
}

TEST(CommandLine, a_wrong_command_line_exits_with_2) {
  EXPECT_EQ(Child({SIGNALBOX_BINARY}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "no-such-command"}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "demo", "--for", "5"}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "serve", "--config", "no/such/file"}).exit_code(), 2);
}

TEST(CommandLine, explain_without_a_gateway_says_what_is_missing_and_exits_with_1) {
  Child explain({SIGNALBOX_BINARY, "explain", "1", "--admin", kNobody});
  EXPECT_EQ(explain.exit_code(), 1);
  EXPECT_NE(explain.output().find(kNobody), std::string::npos) << explain.output();
  EXPECT_NE(explain.output().find("signalbox serve"), std::string::npos) << explain.output();
}

TEST(CommandLine, demo_prints_one_flat_object_with_the_promised_keys) {
  Child demo({"sh", "-c", SIGNALBOX_BINARY " demo --for 5s --json 2>/dev/null"});
  const std::string text = demo.output(60);
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  ASSERT_FALSE(error) << text;
  ASSERT_TRUE(value.is_object());
  for (const char* key : {"requests", "errors", "slo_attainment", "p99_ms", "max_hold_ms",
                          "cost_usd", "usd_per_1k", "paper_weighted_cost_usd"}) {
    const auto* found = value.get_object().if_contains(key);
    ASSERT_NE(found, nullptr) << key;
    EXPECT_TRUE(found->is_number()) << key;
  }
  ASSERT_TRUE(value.get_object().contains("mode_switches"));
  for (const auto& change : value.at("mode_switches").as_array()) {
    for (const char* key : {"at_s", "from", "to", "reason", "reaction_ms"}) {
      EXPECT_TRUE(change.as_object().contains(key)) << key;
    }
  }
}

}  // namespace
}  // namespace signalbox
