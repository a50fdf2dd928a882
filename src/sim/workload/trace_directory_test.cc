// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/trace_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workload/test_files.h"

namespace signalbox::sim {
namespace {

using testing::HasSubstr;

const std::string kHere = "src/sim/workload/testdata";
const TraceName kSample{"sample", {"nothing.csv", "gentd26.csv"}};

TEST(TraceDirectory, is_that_of_the_option_before_that_of_the_environment) {
  EXPECT_EQ(TraceDirectory::find({kHere, "src", "src/sim"})->path(), kHere);
  EXPECT_EQ(TraceDirectory::find({std::nullopt, "src", "src/sim"})->path(), "src");
  EXPECT_EQ(TraceDirectory::find({std::nullopt, "", "src/sim"})->path(), "src/sim");
}

TEST(TraceDirectory, need_not_exist_when_nobody_named_one) {
  const auto none = TraceDirectory::find({std::nullopt, std::nullopt, "no/such/place"});
  ASSERT_TRUE(none);
  EXPECT_FALSE(none.value().exists());
  const auto trace = none.value().locate(traces::gentd26());
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().message, HasSubstr("no GenTD26 requests"));
  EXPECT_THAT(trace.error().message, HasSubstr("docs/traces.md"));
  EXPECT_THAT(trace.error().message, HasSubstr("SIGNALBOX_TRACES"));
}

TEST(TraceDirectory, that_somebody_named_must_exist) {
  EXPECT_THAT(TraceDirectory::find({"no/such/place", std::nullopt, "src"}).error().message,
              HasSubstr("the option for traces names \"no/such/place\""));
  EXPECT_THAT(TraceDirectory::find({std::nullopt, "README.md", "src"}).error().message,
              HasSubstr("SIGNALBOX_TRACES names \"README.md\", which is no directory"));
}

TEST(TraceDirectory, locates_a_trace_under_any_of_its_names) {
  const auto here = TraceDirectory::find({kHere, std::nullopt, ""});
  EXPECT_EQ(here->locate(kSample).value(), kHere + "/gentd26.csv");
}

TEST(TraceDirectory, locates_a_packed_trace) {
  const TestFile packed("packed.csv.gz", gzipped("a\n1\n"));
  const auto slash = packed.path().rfind('/');
  const std::string name = packed.path().substr(slash + 1);
  const auto there = TraceDirectory::find({packed.path().substr(0, slash), std::nullopt, ""});
  EXPECT_EQ(there->locate({"packed", {name.substr(0, name.size() - 3)}}).value(), packed.path());
}

TEST(TraceDirectory, says_what_it_lacks_and_under_which_names) {
  const auto here = TraceDirectory::find({kHere, std::nullopt, ""});
  const auto trace = here->locate(traces::servegen());
  ASSERT_FALSE(trace);
  EXPECT_THAT(trace.error().message, HasSubstr("no ServeGen rates in " + kHere));
  EXPECT_THAT(trace.error().message, HasSubstr("servegen_rates_10min_week1.csv"));
}

}  // namespace
}  // namespace signalbox::sim
