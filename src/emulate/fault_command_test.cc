// SPDX-License-Identifier: Apache-2.0
#include "emulate/fault_command.h"

#include <gtest/gtest.h>

namespace signalbox::emulate {
namespace {

TEST(FaultCommand, an_empty_object_changes_nothing) {
  const auto fault = read_fault("{}");
  ASSERT_TRUE(fault.ok());
  EXPECT_FALSE((*fault).refuse_launches || (*fault).cap || (*fault).slowdown || (*fault).heal);
  EXPECT_EQ((*fault).crash + (*fault).lose + (*fault).hang, 0.0);
}

TEST(FaultCommand, every_key_is_read) {
  const auto fault = read_fault(
      R"({"refuse_launches":true,"cap":4,"slowdown":3,"error_rate":0.1,"crash":0.5,"lose":0.25,)"
      R"("hang":1,"heal":true})");
  ASSERT_TRUE(fault.ok()) << fault.error().message;
  EXPECT_EQ((*fault).refuse_launches, true);
  EXPECT_EQ((*fault).cap, std::optional<std::optional<int>>(4));
  EXPECT_EQ((*fault).slowdown, 3.0);
  EXPECT_EQ((*fault).error_rate, 0.1);
  EXPECT_EQ((*fault).crash, 0.5);
  EXPECT_EQ((*fault).lose, 0.25);
  EXPECT_EQ((*fault).hang, 1.0);
  EXPECT_TRUE((*fault).heal);
}

TEST(FaultCommand, a_cap_of_null_lifts_the_cap_which_is_not_the_same_as_no_cap_given) {
  const auto fault = read_fault(R"({"cap":null})");
  ASSERT_TRUE(fault.ok());
  ASSERT_TRUE((*fault).cap.has_value());
  EXPECT_EQ(*(*fault).cap, std::nullopt);
}

TEST(FaultCommand, an_unknown_key_names_the_allowed_ones) {
  const auto fault = read_fault(R"({"crush":0.5})");
  ASSERT_FALSE(fault.ok());
  EXPECT_EQ(fault.error().message,
            "unknown key `crush`; allowed: refuse_launches, cap, slowdown, error_rate, crash, "
            "lose, hang, heal");
}

struct Broken {
  const char* json;
  const char* says;
};

class FaultCommandRefuses : public ::testing::TestWithParam<Broken> {};

TEST_P(FaultCommandRefuses, and_says_what_is_allowed) {
  const auto fault = read_fault(GetParam().json);
  ASSERT_FALSE(fault.ok());
  EXPECT_NE(fault.error().message.find(GetParam().says), std::string::npos)
      << fault.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, FaultCommandRefuses,
    ::testing::Values(Broken{"", "not JSON"}, Broken{"{", "not JSON"},
                      Broken{"[]", "must be a JSON object"}, Broken{"3", "must be a JSON object"},
                      Broken{R"({"refuse_launches":1})", "`refuse_launches` must be true or false"},
                      Broken{R"({"heal":"yes"})", "`heal` must be true or false"},
                      Broken{R"({"cap":-1})", "`cap` must be null for no cap, or a whole number"},
                      Broken{R"({"cap":2.5})", "`cap` must be null for no cap, or a whole number"},
                      Broken{R"({"slowdown":0})", "`slowdown` must be a number from 1e-06 to"},
                      Broken{R"({"slowdown":"3x"})", "`slowdown` must be a number"},
                      Broken{R"({"slowdown":1e999})", "`slowdown` must be a number"},
                      Broken{R"({"error_rate":1.1})", "`error_rate` must be a number from 0 to 1"},
                      Broken{R"({"crash":-0.1})", "`crash` must be a number from 0 to 1"},
                      Broken{R"({"lose":2})", "`lose` must be a number from 0 to 1"},
                      Broken{R"({"hang":null})", "`hang` must be a number from 0 to 1"}));

}  // namespace
}  // namespace signalbox::emulate
