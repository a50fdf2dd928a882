// SPDX-License-Identifier: Apache-2.0
//
// `signalbox plan` as a person types it: exit codes, and errors that say how to mend them.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "test/stage/child.h"

namespace signalbox {
namespace {

using stage::Child;

struct Answer {
  int code;
  std::string text;
};

Answer plan(std::vector<std::string> arguments, const std::string& config = "examples/paper.yaml") {
  std::vector<std::string> all = {SIGNALBOX_BINARY, "plan", "--config", config};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Child run(std::move(all));
  const int code = run.exit_code();
  return {code, run.output()};
}

boost::json::object object_of(const Answer& answer) {
  return boost::json::parse(answer.text).as_object();
}

TEST(Plan, says_what_a_demand_takes_and_how_near_that_is_to_the_least) {
  const Answer answer = plan({"--demand", "40rps"});
  EXPECT_EQ(answer.code, 0) << answer.text;
  EXPECT_NE(answer.text.find("sd21-inf2-neuron"), std::string::npos) << answer.text;
  EXPECT_NE(answer.text.find("no plan can cost less than"), std::string::npos) << answer.text;
  EXPECT_NE(answer.text.find("Runner-up, without sd21-inf2-neuron"), std::string::npos)
      << answer.text;
}

TEST(Plan, a_minute_has_sixty_seconds) {
  const auto per_second = object_of(plan({"--demand", "40rps", "--json"}));
  const auto per_minute = object_of(plan({"--demand", "2400rpm", "--json"}));
  EXPECT_EQ(per_second, per_minute);
  EXPECT_GE(per_second.at("cost_usd_per_hour").to_number<double>(),
            per_second.at("lower_bound_usd_per_hour").to_number<double>());
}

TEST(Plan, without_the_cheapest_unit_it_is_dearer) {
  const auto whole = object_of(plan({"--demand", "40rps", "--json"}));
  const auto less = object_of(plan({"--demand", "40rps", "--lose", "sd21-inf2-neuron", "--json"}));
  EXPECT_GT(less.at("cost_usd_per_hour").to_number<double>(),
            whole.at("cost_usd_per_hour").to_number<double>());
  EXPECT_EQ(less.at("cost_usd_per_hour"), whole.at("runner_up_usd_per_hour"));
}

TEST(Plan, what_cannot_be_has_an_exit_code_and_a_reason) {
  const Answer answer = plan({"--demand", "100000rps"});
  EXPECT_EQ(answer.code, 1);
  EXPECT_NE(answer.text.find("There is no such plan: service sd21 needs"), std::string::npos)
      << answer.text;
  EXPECT_FALSE(object_of(plan({"--demand", "100000rps", "--json"})).at("planned").as_bool());
}

TEST(Plan, bad_usage_says_how_to_mend_it) {
  const struct {
    std::vector<std::string> arguments;
    std::string says;
  } cases[] = {
      {{"--demand", "40"}, "write requests per second as 40rps"},
      {{"--demand", "-4rps"}, "is no demand"},
      {{"--demand", "0rps"}, "must be above 0"},
      {{"--demand", "1e9rps"}, "is no demand"},
      {{"--demand", "99999999rps"}, "out of range"},
      {{"--demand", "sd12=40rps"}, "did you mean 'sd21'?"},
      {{"--demand", "sd21=40rps", "--demand", "40rps"}, "given two demands"},
      {{"--demand", "40rps", "--service", "chat"}, "'chat' is no service"},
      {{"--demand", "40rps", "--lose", "sd21-inf2-neurn"}, "did you mean 'sd21-inf2-neuron'?"},
      {{"--demand", "40rps", "--svg", "x.svg"}, "--pareto"},
      {{"--demand", "40rps", "--pareto", "--svg", "/nonexistent/x.svg"}, "cannot write"},
      {{}, "--demand is required"},
  };
  for (const auto& each : cases) {
    const Answer answer = plan(each.arguments);
    EXPECT_EQ(answer.code, 2) << answer.text;
    EXPECT_NE(answer.text.find(each.says), std::string::npos) << answer.text;
  }
}

TEST(Plan, of_several_services_a_demand_must_name_one) {
  const Answer answer = plan({"--demand", "40rps"}, "examples/annotated.yaml");
  EXPECT_EQ(answer.code, 2);
  EXPECT_NE(answer.text.find("does not say of which service"), std::string::npos) << answer.text;
}

TEST(Plan, draws_the_frontier) {
  const stage::TemporaryDirectory directory;
  const std::string svg = directory.path() + "/frontier.svg";
  const Answer answer = plan({"--demand", "40rps", "--pareto", "--svg", svg});
  EXPECT_EQ(answer.code, 0) << answer.text;
  EXPECT_NE(answer.text.find("any unit lost"), std::string::npos) << answer.text;
  EXPECT_NE(answer.text.find("2s *"), std::string::npos) << answer.text;
  std::ifstream file(svg);
  const std::string drawn((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(drawn.rfind("<svg", 0), 0U);
}

}  // namespace
}  // namespace signalbox
