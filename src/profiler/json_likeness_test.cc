// SPDX-License-Identifier: Apache-2.0
//
// Documents that say the same, and where they do not.
#include "profiler/json_likeness.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace signalbox::profiler {
namespace {

std::string difference(std::string_view here, std::string_view there,
                       const std::vector<std::string>& ignored = {}) {
  return first_difference(boost::json::parse(here), boost::json::parse(there), ignored)
      .value_or("none");
}

TEST(JsonLikeness, what_no_reader_relies_on_is_no_difference) {
  EXPECT_EQ(difference(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1.0})"), "none");
  EXPECT_EQ(difference("[]", "[]"), "none");
  EXPECT_EQ(difference("18446744073709551615", "18446744073709551615"), "none");
}

TEST(JsonLikeness, a_difference_has_a_place_and_both_values) {
  EXPECT_EQ(difference(R"({"a":[{"b":1}]})", R"({"a":[{"b":2}]})"),
            "$.a[0].b is 1 here and 2 there");
  EXPECT_EQ(difference(R"({"a":"x"})", R"({"a":["x"]})"), R"($.a is "x" here and ["x"] there)");
  EXPECT_EQ(difference("[1,2]", "[1]"), "$ has 2 elements here and 1 there");
  EXPECT_EQ(difference(R"({"a":{"b":1}})", R"({"a":{}})"), "$.a.b is missing there");
  EXPECT_EQ(difference(R"({"a":{}})", R"({"a":{"b":1}})"), "$.a.b is missing here");
  EXPECT_EQ(difference("true", "1"), "$ is true here and 1 there");
}

TEST(JsonLikeness, what_is_meant_to_differ_can_be_named) {
  EXPECT_EQ(difference(R"({"id":1,"x":[{"id":2,"v":3}]})", R"({"x":[{"id":9,"v":3}]})", {"id"}),
            "none");
  EXPECT_EQ(difference(R"({"id":1,"v":3})", R"({"v":4,"id":2})", {"id"}),
            "$.v is 3 here and 4 there");
}

TEST(JsonLikeness, long_values_are_cut_between_characters) {
  const std::string here = "\"" + std::string(59, 'x') + "\xE2\x82\xAC\"";
  EXPECT_EQ(difference(here, "1"), "$ is \"" + std::string(59, 'x') + "... here and 1 there");
}

}  // namespace
}  // namespace signalbox::profiler
